import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPlugin } from 'signalbox/sdk/testing';
import plugin from './index.ts';

const start = () => startPlugin(plugin, {});

describe('what comes next', () => {
  let started: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    started = await start();
  });

  afterAll(async () => {
    await started.stop();
  });

  const dues = (settings: Readonly<Record<string, unknown>>, query: Readonly<Record<string, string>>) => {
    const object = { key: 'one', settings: { zone: 'UTC', ...settings } };
    const shown = started.showView('schedule', 'next', { object, query });
    return (shown as { items: { due: string }[] }).items.map(({ due }) => due.slice(0, 16));
  };

  it('is as many times as are asked for', () => {
    expect(dues({ every: 'hour' }, { count: '2', from: '2026-11-27T10:00:00Z' })).toEqual([
      '2026-11-27T10:00',
      '2026-11-27T11:00',
    ]);
    expect(dues({ every: 'minute' }, { count: '200', from: '2026-11-27T10:00:00Z' })).toHaveLength(200);
  });

  it('is no more than a hundred years of them, from the first', () => {
    const found = dues(
      { every: 'year', months: 'march', day: 1 },
      { count: '1000', from: '2026-01-01T00:00:00Z' },
    );
    expect(found.at(-1)).toBe('2126-03-01T00:00');
  });
});
