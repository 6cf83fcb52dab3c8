import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { loadDocument } from '../config/config-document.ts';
import { exportFiles } from './export-files.ts';

const nothing = { tags: {}, objects: {}, tasks: {}, triggers: {}, secrets: [], warnings: [] };

describe('exported files', () => {
  it.each([
    'a ${env:HOME} b',
    '$${env:HOME} $$${file:/etc/passwd} ${NAME} ${event.data.x}',
    '${env:HOME:-x}',
    'yes',
    '012',
    '1e3',
    '2026-01-01',
    ' spaces around ',
    'lines\n  and more:\n\n- x # no comment\n',
    '"quotes" \'and\' \\ backslashes {"a": "${NAME}"} \t tab',
    '- {[!&*|>%@`',
    'ä€😀\u0000\u2028',
    'x'.repeat(300) + ' ' + 'y'.repeat(300),
    '',
    '~',
  ])('are read as what was exported: %j', (text) => {
    using folder = temporaryFolder();
    const settings = { text, list: [text, { text }], [text || 'empty']: 1, none: null };
    const tasks = { t: { action: 'a.b', target: { tag: 'a/b' }, settings } };
    const { whole } = exportFiles({ ...nothing, tasks }, 'env');
    folder.write('all.yaml', whole);
    const { sections } = loadDocument({ file: ['all.yaml'], env: {}, cwd: folder.path });
    expect(sections).toEqual({ tasks });
  });

  it('name a variable for each secret, no two the same, and leave masked what no text can stand for', () => {
    const settings = { key: '********', keys: ['********'], all: '********' };
    const answer = {
      ...nothing,
      objects: { 'a/b-c': { settings }, 'a/b.c': { settings } },
      secrets: ['a/b-c', 'a/b.c'].flatMap((id) => [
        { path: ['objects', id, 'settings', 'key'], single: true },
        { path: ['objects', id, 'settings', 'keys', 0], single: true },
        { path: ['objects', id, 'settings', 'all'], single: false },
      ]),
    };
    const { variables, whole, files } = exportFiles(answer, 'env');
    expect(variables.map(({ name }) => name)).toEqual([
      'A_B_C_KEY',
      'A_B_C_KEYS_0',
      'A_B_C_KEY_2',
      'A_B_C_KEYS_0_2',
    ]);
    expect([...files.keys()]).toEqual(['objects.a.yaml']);
    expect(whole.match(/\$\{env:\w+\}/g)).toHaveLength(4);
    expect(whole.match(/\*{8}/g)).toHaveLength(2);
    expect(exportFiles(answer, 'mask').variables).toEqual([]);
  });
});
