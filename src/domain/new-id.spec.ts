import { describe, expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from './new-id.ts';

describe('newId', () => {
  const ids = Array.from({ length: 20_000 }, newId);

  it('makes UUIDs of version 7', () => {
    for (const id of ids.slice(0, 2_000)) expect([validate(id), version(id)]).toEqual([true, 7]);
  });

  it('makes them in order, without a repeat', () => {
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins with the time', () => {
    const now = Date.now();
    const time = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(time - now)).toBeLessThan(1_000);
  });
});
