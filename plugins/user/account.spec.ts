import { describe, expect, it } from '@jest/globals';
import { accountDriver, PermanentError, type AccountAction, type AccountState } from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import user from './index.ts';

const settings = { account: { via: 'directory/corp', id: 'u17' } };

/** The plugin beside a directory with one account, and what the directory was asked to do. */
async function withDirectory(state: AccountState) {
  const asked: string[] = [];
  let now = state;
  const plugin = await startPlugin(user);
  plugin.provide(accountDriver, 'directory', {
    account: (action, { connection, id }) => {
      asked.push(`${action} ${connection}/${id}`);
      if (now !== 'unknown') now = action === 'enable' ? 'enabled' : 'disabled';
      return Promise.resolve();
    },
    state: () => Promise.resolve(now),
  });
  const object = { key: 'jthompson', settings };
  plugin.addObject({ type: 'user', ...object });
  return {
    plugin,
    asked,
    run: async (action: AccountAction) =>
      (await plugin.runAction(`user.${action}`, { object, input: {} })).result,
    [Symbol.asyncDispose]: () => plugin.stop(),
  };
}

describe('an account', () => {
  it('is switched in the system that its settings name, which is an event', async () => {
    await using directory = await withDirectory('enabled');
    expect(await directory.run('disable')).toEqual({
      ...{ before: 'enabled', after: 'disabled', acted: true },
      ...{ via: 'directory/corp', id: 'u17' },
    });
    expect(directory.asked).toEqual(['disable corp/u17']);
    expect(await directory.plugin.nextEvent('user.disabled')).toMatchObject({
      object: 'jthompson',
      data: { by: 'signalbox' },
    });
    await directory.run('enable');
    await directory.plugin.nextEvent('user.enabled');
  });

  it('that is as it should be is left alone, and its state is kept', async () => {
    await using directory = await withDirectory('disabled');
    expect(await directory.run('disable')).toMatchObject({ acted: false });
    expect(directory.asked).toEqual([]);
    expect(directory.plugin.events).toEqual([]);
    expect(directory.plugin.objects('user')).toMatchObject([{ state: { enabled: false } }]);
  });

  it('of which nothing is known is switched blindly', async () => {
    await using directory = await withDirectory('unknown');
    expect(await directory.run('disable')).toMatchObject({
      before: 'unknown',
      after: 'unknown',
      acted: true,
    });
    expect(directory.plugin.events).toEqual([]);
  });

  it('tells its state when it is tried out', async () => {
    await using directory = await withDirectory('enabled');
    const { result } = await directory.plugin.runTest('user', { object: { settings } });
    expect(result).toEqual({ state: 'enabled', via: 'directory/corp', id: 'u17' });
  });

  it('without a driver cannot be switched', async () => {
    await using plugin = await startPlugin(user);
    const running = plugin.runAction('user.disable', { object: { key: 'jthompson' }, input: {} });
    await expect(running).rejects.toBeInstanceOf(PermanentError);
    await expect(running).rejects.toThrow('user/jthompson has no driver: set account.via in its settings');
  });

  it('may be switched twice in a row, and at most 20 of them for one firing', () => {
    const { policy, maxTargets, idempotent } = user.types[0].actions!.disable;
    expect(policy?.({ account: { via: 'a/b', minGapSeconds: 0 } })).toMatchObject({ minGapMs: 0 });
    expect(user.types[0].settings?.parse(settings)).toMatchObject({ account: { minGapSeconds: 0 } });
    expect(maxTargets?.({})).toBe(20);
    expect(idempotent).toBe(false);
  });
});
