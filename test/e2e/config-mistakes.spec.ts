import { expect, it } from '@jest/globals';
import { startSignalbox } from '../../src/bootstrap.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it.each<[string, string, string]>([
  [
    'a setting out of its range',
    'objects: { webhook/a: { settings: { url: "https://example.com", timeout: 1 } } }',
    'wrong.yaml:1:74 objects.webhook/a.settings.timeout: must be 3 to 120 seconds, got 1',
  ],
  [
    'a target that does not exist',
    'tasks: { a: { action: webhook.send, target: { object: nobody } } }',
    'wrong.yaml:1:55 tasks.a.target.object: there is no object webhook/nobody',
  ],
  [
    'an event that nobody declares',
    'triggers: { a: { event: vm.flown, task: b } }',
    'wrong.yaml:1:25 triggers.a.event: no plugin declares the event "vm.flown"',
  ],
  ['YAML that is none', 'a: [', 'wrong.yaml:1:5'],
  ['a key that stands twice', 'data: a\ndata: b', 'wrong.yaml:2:1'],
  [
    'a plugin that does not exist',
    'plugins: [wehbook]',
    'plugin wehbook: not found (did you mean "webhook"?)',
  ],
  [
    'settings that a plugin does not take',
    'plugins: [{ use: vm, settings: { a: 1 } }]',
    'wrong.yaml:1:34 plugins[0].settings.a',
  ],
])('a configuration with %s is refused, and the place is named', async (_what, content, message) => {
  using folder = temporaryFolder();
  const file = folder.write('wrong.yaml', content);
  const overrides = { data: `${folder.path}/data`, server: { port: 0 }, log: { level: 'silent' } };
  await expect(startSignalbox({ file, overrides, env: {} })).rejects.toMatchObject({
    message: expect.stringContaining(message),
  });
});

it('a configuration file that was asked for and is missing is named', async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/nowhere.yaml`;
  await expect(startSignalbox({ file, overrides: {}, env: {} })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `${file}: there is no such file`,
  });
});
