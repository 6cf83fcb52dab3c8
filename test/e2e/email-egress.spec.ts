import { describe, expect, it } from '@jest/globals';
import { startSmtpServer } from '../support/smtp-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { emailSettings, refusedEmail, startWithEmail, wireEmail } from '../support/wired-email.ts';

const denied = 'the address is not allowed by the egress policy';
const nothingAllowed = { egress: { allow: [] } };

describe('a mail server that the egress policy denies', () => {
  it.each(['127.0.0.1', 'localhost', '10.0.0.5', '127.1', '::1', '169.254.169.254'])(
    'cannot be stored: %s',
    async (host) => {
      await using app = await startWithEmail({ config: nothingAllowed });
      expect(await refusedEmail(app.api, emailSettings(25, { host }))).toMatchObject({
        code: 'EGRESS_DENIED',
        field: 'settings.host',
        detail: expect.stringContaining(denied),
      });
    },
  );

  it('cannot be stored in the configuration', async () => {
    const config = { ...nothingAllowed, objects: { 'email/a': { settings: emailSettings(25) } } };
    await expect(startWithEmail({ config })).rejects.toThrow(denied);
  });

  it('gets no connection, from a mail or from a test, if it was stored before', async () => {
    await using server = await startSmtpServer();
    using folder = temporaryFolder();
    {
      await using app = await startWithEmail({ data: folder.path });
      await wireEmail(app.api, { port: server.port });
    }
    await using app = await startWithEmail({ data: folder.path, config: nothingAllowed });
    const [run] = await app.api.runsOf(await app.api.emit({ type: 'vm.error', object: 'hook', data: {} }));
    expect(run).toMatchObject({ state: 'failed', attempts: 1, reason: denied });
    const test = await app.api.request('POST', '/api/objects/email/hook/test');
    expect(test.body).toMatchObject({ ok: false, error: denied });
    expect(server.connections).toBe(0);
  });

  it('is reached on the port that is allowed, and on no other', async () => {
    await using server = await startSmtpServer();
    const config = { egress: { allow: [`127.0.0.1/32:${String(server.port)}`] } };
    await using app = await startWithEmail({ config });
    const email = await wireEmail(app.api, { port: server.port });
    expect(await email.send()).toMatchObject({ state: 'succeeded' });
    const moved = await app.api.request('PATCH', email.path, { settings: { port: server.port + 1 } });
    expect(moved.body).toMatchObject({ status: 422, code: 'EGRESS_DENIED' });
  });

  it('is not Signalbox itself', async () => {
    await using app = await startWithEmail();
    const port = Number(new URL(app.url).port);
    expect(await refusedEmail(app.api, emailSettings(port))).toMatchObject({ code: 'EGRESS_DENIED' });
  });
});
