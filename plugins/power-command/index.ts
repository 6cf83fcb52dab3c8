import { accountDriver, definePlugin, powerDriver, z } from 'signalbox/sdk';
import { allowedPrograms } from './allowed-programs.ts';
import { command } from './connection.ts';
import { createDriver } from './driver.ts';
import { absolutePath } from './settings.ts';

export default definePlugin({
  name: 'power-command',
  api: '^1.0.0',
  description: 'Switches machines and accounts on and off with programs of your own.',
  settings: z.strictObject({
    programs: z
      .array(absolutePath)
      .default([])
      .describe('The programs that may be run. Objects of type command name them; they can name no others.'),
  }),
  types: [command],
  start(context) {
    const { settings, provide } = context;
    const driver = createDriver(context, settings.programs);
    provide(allowedPrograms, 'command', settings.programs);
    provide(powerDriver, 'command', driver.power);
    provide(accountDriver, 'command', driver.account);
  },
});
