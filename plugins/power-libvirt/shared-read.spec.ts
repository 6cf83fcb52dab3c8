import { expect, it } from '@jest/globals';
import { SharedRead } from './shared-read.ts';

/** Readings that end when they are told to. */
function readings() {
  const begun: (PromiseWithResolvers<number> & { readonly signal: AbortSignal })[] = [];
  const shared = new SharedRead((signal) => {
    const reading = { ...Promise.withResolvers<number>(), signal };
    signal.addEventListener('abort', () => {
      reading.reject(signal.reason);
    });
    begun.push(reading);
    return reading.promise;
  });
  return { begun, shared };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('is one for those who ask at once, and another for those who ask later', async () => {
  const { begun, shared } = readings();
  const first = [shared.ask(), shared.ask(), shared.ask()];
  await turn();
  const second = [shared.ask(), shared.ask()];
  await turn();
  expect(begun).toHaveLength(1);
  begun[0]!.resolve(1);
  expect(await Promise.all(first)).toEqual([1, 1, 1]);
  await turn();
  expect(begun).toHaveLength(2);
  begun[1]!.resolve(2);
  expect(await Promise.all(second)).toEqual([2, 2]);
});

it('fails for all who share it, and for nobody else', async () => {
  const { begun, shared } = readings();
  const first = [shared.ask(), shared.ask()].map((asked) => expect(asked).rejects.toThrow('broken'));
  await turn();
  const second = shared.ask();
  begun[0]!.reject(new Error('broken'));
  await Promise.all(first);
  await turn();
  begun[1]!.resolve(2);
  expect(await second).toBe(2);
});

it('goes on as long as anybody waits for it', async () => {
  const { begun, shared } = readings();
  const [one, other] = [new AbortController(), new AbortController()];
  const asked = [shared.ask(one.signal), shared.ask(other.signal)].map((waiting) =>
    waiting.catch((error: unknown) => error),
  );
  await turn();
  one.abort('no longer');
  expect(await asked[0]).toBe('no longer');
  expect(begun[0]!.signal.aborted).toBe(false);
  other.abort('nor I');
  expect(await asked[1]).toBe('nor I');
  expect(begun[0]!.signal.aborted).toBe(true);
  await expect(shared.ask(one.signal)).rejects.toBe('no longer');
});

it('is not begun for those who have gone, and begun for those who come after them', async () => {
  const { begun, shared } = readings();
  const first = shared.ask();
  await turn();
  const abort = new AbortController();
  const gone = shared.ask(abort.signal).catch((error: unknown) => error);
  abort.abort('no longer');
  expect(await gone).toBe('no longer');
  const after = shared.ask();
  begun[0]!.resolve(1);
  expect(await first).toBe(1);
  await turn();
  expect(begun).toHaveLength(2);
  begun[1]!.resolve(2);
  expect(await after).toBe(2);
});
