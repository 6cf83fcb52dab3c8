import { describe, expect, it } from '@jest/globals';
import { startApiDouble } from '../../test/support/api-double.ts';
import { commandLine } from '../../test/support/command-line.ts';
import { wordsOf } from './completion/words.ts';
import { createProgram } from './program.ts';

const nothing = (): Promise<never> => Promise.reject(new Error('not here'));

/** Every command, `['runs', 'retry']`. */
function commands(): readonly (readonly string[])[] {
  const program = createProgram({
    ...{ version: '1', start: nothing, demo: nothing, files: { load: nothing, validate: nothing } },
  });
  return program.commands
    .filter((command) => !command.name().startsWith('__'))
    .flatMap((command) => [[command.name()], ...command.commands.map((sub) => [command.name(), sub.name()])]);
}

/** The lines under `Examples:` that are command lines, as their words. */
function examplesIn(help: readonly string[]): readonly (readonly string[])[] {
  const text = help.slice(help.indexOf('Examples:') + 1).join('\n');
  return text
    .replaceAll(/\\\n */g, '')
    .split('\n')
    .map((line) =>
      line
        .replace(/ +#.*$/, '')
        .replace(/ [<>|].*$/, '')
        .trim(),
    )
    .map((line) => /^(?:\w+=\S+ )*signalbox(?= |$)(.*)$/.exec(line)?.[1])
    .filter((rest) => rest !== undefined)
    .map((rest) => wordsOf(rest.trim()).filter((word) => word !== ''));
}

describe('the help of every command', () => {
  it('knows all of them', () => {
    expect(commands().length).toBeGreaterThan(80);
  });

  it.each(commands().map((words) => [words.join(' '), words] as const))(
    '%s says what it does, with examples that are understood',
    async (_, words) => {
      const { code, out } = await commandLine([...words, '--help']);
      expect({ code, usage: out[0], says: out[2] }).toEqual({
        ...{ code: 0, usage: expect.stringContaining(`Usage: signalbox ${words[0]!}`) },
        says: expect.stringMatching(/\.$/),
      });
      await using api = await startApiDouble(() => ({ status: 404, body: { code: 'NOT_FOUND' } }));
      const examples = examplesIn(out);
      expect(examples.length + Number(words[0] === 'completion')).toBeGreaterThan(0);
      for (const example of examples) {
        const result = await commandLine(example, {
          env: { SIGNALBOX_URL: api.url, EDITOR: 'true', XDG_CONFIG_HOME: '/nonexistent' },
          input: () => Promise.resolve('a secret of twelve letters\n'),
          prompt: {
            ask: () => Promise.resolve('y'),
            secret: () => Promise.resolve('a secret of twelve letters'),
          },
        });
        // What is not understood ends with 2; there is nothing here that could be found.
        expect({ example, ...result }).not.toMatchObject({ code: example[0] === 'plan' ? -1 : 2 });
      }
    },
  );
});
