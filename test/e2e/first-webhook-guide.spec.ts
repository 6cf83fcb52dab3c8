import { describe, expect, it } from '@jest/globals';
import { bash, missingTools } from '../support/bash.ts';
import { freePorts } from '../support/free-ports.ts';
import { snippetsOf } from '../support/snippets.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { walkthrough } from '../support/walkthrough.ts';

/** Waits, as a reader does, until nothing is to be tried again. */
const untilSettled = `
for _ in $(seq 240); do
  npx signalbox runs --json > runs.json
  if ! grep -Eq '"state": ?"(pending|running)"' runs.json; then break; fi
  sleep 0.5
done
cat runs.json
`;

describe('docs/first-webhook.md', () => {
  (missingTools('').length === 0 ? it : it.skip)(
    'leads from nothing to a message that has arrived',
    async () => {
      using folder = temporaryFolder();
      const [server = '', receiver = ''] = await freePorts(2);
      const env = { SIGNALBOX_PORT: server, SIGNALBOX_URL: `http://127.0.0.1:${server}` };
      const script = walkthrough(snippetsOf('docs/first-webhook.md'), {
        'listens 4280': `listens ${server}; until [ -s first-data/setup-token ]; do sleep 0.1; done`,
        9000: receiver,
      });
      const { code, out } = await bash(script + untilSettled, { cwd: folder.path, env });
      // All that was printed is told when it went wrong.
      expect({ code, out }).toEqual({ code: 0, out });
      expect(out).toMatch(/{"text":"gpu-01 failed at .*","why":"disk full"}/);
      expect(out).toMatch(/{"text":"gpu-02 failed at .*","why":"no heartbeat"}/);
      expect(out).toContain('no trigger');
      expect(out.match(/"state": ?"succeeded"/g)).toHaveLength(2);
    },
    180_000,
  );
});
