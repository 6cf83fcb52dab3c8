import { defineObjectType, definePlugin, z } from 'signalbox/sdk';

/** As VergeOS has them, the worst first. */
export const levels = ['critical', 'error', 'warning', 'message'] as const;

const alarmData = z.looseObject({
  level: z.enum(levels).describe('How bad it is.'),
  message: z.string().optional().describe('What has happened, for people.'),
  alarm: z
    .string()
    .optional()
    .describe('What the reporting system calls this alarm: the same when it is lowered.'),
  type: z.string().optional().describe('Kind of alarm.'),
});

export const alarm = defineObjectType({
  name: 'alarm',
  label: 'Alarm',
  description:
    'Alarms of other systems. There is no object to choose: triggers filter by level and other data.',
  instances: 'none',
  events: { raised: alarmData, lowered: alarmData },
});

export default definePlugin({
  name: 'alarm',
  api: '^1.0.0',
  description: 'Alarms that are raised and lowered, at four levels.',
  types: [alarm],
});
