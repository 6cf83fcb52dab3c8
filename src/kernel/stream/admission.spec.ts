import { describe, expect, it } from '@jest/globals';
import { Admission } from './admission.ts';

const load = (events: number, bytes = 0) => ({ events, bytes });

describe('Admission', () => {
  it('lets events in while there is room', () => {
    const admission = new Admission({ maxWaiting: 2, maxWaitingBytes: 1_000, patienceMs: 0 });
    expect(admission.tryEnter(load(1))).toBe(true);
    expect(admission.tryEnter(load(1))).toBe(true);
    expect(admission.tryEnter(load(1))).toBe(false);
    admission.leave(load(1));
    expect(admission.tryEnter(load(1))).toBe(true);
  });

  it('makes a sender wait and lets it in when room comes', async () => {
    const admission = new Admission({ maxWaiting: 1, maxWaitingBytes: 1_000, patienceMs: 10_000 });
    admission.tryEnter(load(1));
    let inside = false;
    const entering = admission.enter(load(1)).then(() => (inside = true));
    expect(inside).toBe(false);
    admission.leave(load(1));
    await entering;
    expect(inside).toBe(true);
  });

  it('turns a sender away when no room comes in time, and says when to come again', async () => {
    const admission = new Admission({ maxWaiting: 1, maxWaitingBytes: 1_000, patienceMs: 30 });
    admission.tryEnter(load(1));
    await expect(admission.enter(load(1))).rejects.toMatchObject({
      code: 'OVERLOADED',
      status: 503,
      retryAfter: 1,
    });
  });

  it('takes a batch larger than the limit when nothing else is inside', () => {
    const admission = new Admission({ maxWaiting: 10, maxWaitingBytes: 1_000, patienceMs: 0 });
    expect(admission.tryEnter(load(1_000))).toBe(true);
    expect(admission.tryEnter(load(1))).toBe(false);
  });

  it('bounds those who wait, too', async () => {
    const admission = new Admission({ maxWaiting: 1, maxWaitingBytes: 1_000, patienceMs: 5_000 });
    admission.tryEnter(load(1));
    const waiting = admission.enter(load(1));
    await expect(admission.enter(load(1))).rejects.toMatchObject({ code: 'OVERLOADED' });
    admission.leave(load(1));
    await waiting;
  });

  it('bounds the bytes, too', () => {
    const admission = new Admission({ maxWaiting: 10, maxWaitingBytes: 1_000, patienceMs: 0 });
    expect(admission.tryEnter(load(1, 900))).toBe(true);
    expect(admission.tryEnter(load(1, 200))).toBe(false);
    admission.leave(load(1, 900));
    expect(admission.tryEnter(load(1, 200))).toBe(true);
  });
});
