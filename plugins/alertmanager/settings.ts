import { inboundAuth, z } from 'signalbox/sdk';

const level = z.enum(['critical', 'error', 'warning', 'message']);

/** Words that are in use for severities; those of the settings go first. */
export const usualLevels: Readonly<Record<string, z.output<typeof level>>> = {
  critical: 'critical',
  page: 'critical',
  error: 'error',
  major: 'error',
  warning: 'warning',
  minor: 'warning',
  info: 'message',
  none: 'message',
  message: 'message',
};

export const alertmanagerSettings = z.strictObject({
  auth: inboundAuth(),
  severityLabel: z.string().min(1).default('severity').describe('Label that says how bad it is.'),
  levels: z
    .record(z.string(), level)
    .default({})
    .describe('Level of an alarm for each severity, besides the usual ones: { P1: critical }'),
  defaultLevel: level
    .default('warning')
    .describe('Level of alerts without a severity, or with one that is not known.'),
});

export type AlertmanagerSettings = z.output<typeof alertmanagerSettings>;
