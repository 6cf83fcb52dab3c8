import { describe, expect, it } from '@jest/globals';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { bash, missingTools } from '../support/bash.ts';
import { freePorts } from '../support/free-ports.ts';
import { startReceiver } from '../support/receiver.ts';
import { snippetsOf } from '../support/snippets.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { walkthrough } from '../support/walkthrough.ts';

const root = join(import.meta.dirname, '../..');
const snippets = snippetsOf('README.md');
const token = `"$(node -p 'Object.values(JSON.parse(fs.readFileSync("user-config/signalbox/credentials.json")))[0].token')"`;

describe('README.md', () => {
  (missingTools(walkthrough(snippets)).length === 0 ? it : it.skip)(
    'leads from the first start to a webhook that arrives',
    async () => {
      using folder = temporaryFolder();
      cpSync(join(root, 'config'), join(folder.path, 'config'), { recursive: true });
      await using receiver = await startReceiver();
      const [port = ''] = await freePorts(1);
      const script = walkthrough(snippets, {
        'http://127.0.0.1:9000/hook': `${receiver.url}/hook`,
        'http://127.0.0.1:4280': `http://127.0.0.1:${port}`,
        'listens 4280': `listens ${port}; until [ -s data/setup-token ]; do sleep 0.1; done`,
        'sbsetup_…': '"$(cat data/setup-token)"',
        'sbx_…': token,
      });
      const env = {
        SIGNALBOX_PORT: port,
        SIGNALBOX_URL: `http://127.0.0.1:${port}`,
        SIGNALBOX_EGRESS_ALLOW: '127.0.0.0/8',
      };
      const { code, out } = await bash(`${script}\nsleep 2`, { cwd: folder.path, env });
      expect({ code, out }).toEqual({ code: 0, out });
      expect(out).not.toMatch(/"code":"[A-Z_]+"/);
      await waitFor(
        () => receiver.deliveries.some(({ body }) => body.includes('"host":"node-7"')),
        () => out,
      );
    },
    180_000,
  );
});
