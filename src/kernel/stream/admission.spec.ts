import { describe, expect, it } from '@jest/globals';
import { Admission } from './admission.ts';

describe('Admission', () => {
  it('lets events in while there is room', () => {
    const admission = new Admission({ maxWaiting: 2, patienceMs: 0 });
    expect(admission.tryEnter(1)).toBe(true);
    expect(admission.tryEnter(1)).toBe(true);
    expect(admission.tryEnter(1)).toBe(false);
    admission.leave(1);
    expect(admission.tryEnter(1)).toBe(true);
  });

  it('makes a sender wait and lets it in when room comes', async () => {
    const admission = new Admission({ maxWaiting: 1, patienceMs: 10_000 });
    admission.tryEnter(1);
    let inside = false;
    const entering = admission.enter(1).then(() => (inside = true));
    expect(inside).toBe(false);
    admission.leave(1);
    await entering;
    expect(inside).toBe(true);
  });

  it('turns a sender away when no room comes in time, and says when to come again', async () => {
    const admission = new Admission({ maxWaiting: 1, patienceMs: 30 });
    admission.tryEnter(1);
    await expect(admission.enter(1)).rejects.toMatchObject({
      code: 'OVERLOADED',
      status: 503,
      retryAfter: 1,
    });
  });

  it('takes a batch larger than the limit when nothing else is inside', () => {
    const admission = new Admission({ maxWaiting: 10, patienceMs: 0 });
    expect(admission.tryEnter(1_000)).toBe(true);
    expect(admission.tryEnter(1)).toBe(false);
  });

  it('bounds those who wait, too', async () => {
    const admission = new Admission({ maxWaiting: 1, patienceMs: 5_000 });
    admission.tryEnter(1);
    const waiting = admission.enter(1);
    await expect(admission.enter(1)).rejects.toMatchObject({ code: 'OVERLOADED' });
    admission.leave(1);
    await waiting;
  });
});
