import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../../test/support/command.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';

const adminToken = 'the-token-of-the-document';

/** What a server with all plugins that come with Signalbox says of itself. */
export async function shippedDocument(root: string): Promise<unknown> {
  const plugins = readdirSync(join(root, 'plugins'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  using folder = temporaryFolder();
  const config = folder.write('signalbox.yaml', JSON.stringify({ plugins, log: { level: 'error' } }));
  await using server = await startServer(['--config', config, '--data', folder.path], {
    env: { SIGNALBOX_ADMIN_TOKEN: adminToken },
  });
  const response = await fetch(`${server.url}/api/openapi.json`, {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  if (!response.ok) throw new Error(`${String(response.status)}: ${await response.text()}\n${server.out}`);
  return await response.json();
}
