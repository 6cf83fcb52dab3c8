import { defineObjectType } from 'signalbox/sdk';
import { allowedPrograms, assertAllowed, assertExecutable } from './allowed-programs.ts';
import { commandSettings } from './settings.ts';

export const command = defineObjectType({
  name: 'command',
  label: 'Commands',
  description:
    'Programs that switch machines or accounts on and off. A VM or a user names them in `via`: command/<key>.',
  settings: commandSettings,
  /** Looks whether the programs are there and allowed; runs none. */
  async test({ object, extensions }) {
    const { power_on, power_off, kill, reset, enable, disable, state } = object.settings;
    const lines = [power_on, power_off, kill, reset, enable, disable, state?.run];
    const programs = [...new Set(lines.flatMap((line) => (line ? [line[0]] : [])))];
    const allowed = extensions(allowedPrograms).get('command') ?? [];
    for (const program of programs) {
      assertAllowed(program, allowed);
      await assertExecutable(program);
    }
    return { programs };
  },
});
