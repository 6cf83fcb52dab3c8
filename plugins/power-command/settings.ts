import { destination, placeholderProblem, secret, z } from 'signalbox/sdk';

export const absolutePath = z
  .string()
  .regex(/^\/[^\0]*[^/\0]$/, 'must be an absolute path, such as /usr/local/bin/rack');

const argument = z
  .string()
  .max(4_096)
  .superRefine((text, context) => {
    const message = text.includes('\0') ? 'must have no NUL in it' : placeholderProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const commandLine = destination(z.tuple([absolutePath], argument)).describe(
  'The program and its arguments. ${id}, ${key}, ${name}, ${type} and ${action} are filled in.',
);

const exitCode = z.int().min(0).max(255);

const sign = z
  .strictObject({
    exitCode: exitCode.optional(),
    output: z
      .string()
      .min(1)
      .optional()
      .describe('Is somewhere in the output; upper and lower case are the same.'),
  })
  .refine(
    (signs) => signs.exitCode !== undefined || signs.output !== undefined,
    'must have exitCode or output',
  )
  .describe('What it is told by. Of several, both have to be.');

export const commandSettings = z.strictObject({
  power_on: commandLine.optional(),
  power_off: commandLine.optional(),
  kill: commandLine.optional(),
  reset: commandLine.optional(),
  enable: commandLine.optional(),
  disable: commandLine.optional(),
  state: z
    .strictObject({
      run: commandLine,
      on: sign.optional(),
      off: sign.optional(),
      paused: sign.optional(),
      enabled: sign.optional(),
      disabled: sign.optional(),
    })
    .optional()
    .describe(
      'How to find out how a machine or account is. Without it nobody knows, and actions are done blindly.',
    ),
  secret: secret().optional().describe('Given to the programs in the variable SIGNALBOX_SECRET.'),
  retryExitCodes: z
    .array(exitCode)
    .default([75])
    .describe('Exit codes that say: nothing was done, try again. Default: 75, as of sysexits.h.'),
  timeout: z.number().min(1).max(600).default(30).describe('Seconds for one run of a program.'),
});

export type CommandSettings = z.output<typeof commandSettings>;
export type CommandLine = z.output<typeof commandLine>;
