import { describe, expect, it } from '@jest/globals';
import { postgres, postgresMissing } from '../contract/persistence/backend.ts';
import { execute, query } from '../contract/persistence/postgres-session.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wiredWebhook, wireWebhook } from '../support/wired-webhook.ts';

const missing = await postgresMissing();
const token = 'canary-token-90ce11';

(missing === undefined ? describe : describe.skip)('secrets on PostgreSQL', () => {
  it('that stand in clear are sealed at the next start, and sealed anew by a rotation', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    await using database = await postgres.create();
    const config = { store: { url: database.url } };
    {
      await using app = await startSignalbox({ config, data: folder.path });
      await wireWebhook(app.api, { url: receiver.url, settings: { auth: { type: 'bearer', token } } });
    }
    // As an earlier version has left it.
    const clear = JSON.stringify({ url: receiver.url, auth: { type: 'bearer', token } });
    await execute(database.url, `update object set settings = '${clear}' where type = 'webhook'`);
    await execute(database.url, 'delete from secret_key');
    await using app = await startSignalbox({ config, data: folder.path });
    const stored = async () => (await query(database.url, 'select settings::text from object')).join();
    const first = await stored();
    expect(first).toMatch(/v1\.[0-9a-f]{12}\./);
    expect(first).not.toContain(token);
    expect(await app.api.request('POST', '/api/secrets:rotate')).toMatchObject({ status: 200 });
    const second = await stored();
    expect(second).toMatch(/v1\.[0-9a-f]{12}\./);
    expect(/v1\.[0-9a-f]{12}/.exec(second)?.[0]).not.toBe(/v1\.[0-9a-f]{12}/.exec(first)?.[0]);
    await wiredWebhook(app.api).send();
    expect(receiver.deliveries[0]!.headers.authorization).toBe(`Bearer ${token}`);
  });
});
