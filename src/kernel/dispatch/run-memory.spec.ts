import { describe, expect, it } from '@jest/globals';
import { MemoryDisk } from '../../../test/support/memory-disk.ts';
import type { QueuedRun } from '../ports.ts';
import { Lane } from './lane.ts';
import { RunMemory } from './run-memory.ts';

const lane = new Lane('lamp/a');

/** Runs of one event, each with a copy of it. */
function runsOfOne(count: number, data: string): readonly QueuedRun[] {
  const disk = new MemoryDisk();
  disk.put(Array<string>(count).fill('lamp/a'), { data });
  return [...disk.rows.values()].map((queued) => structuredClone(queued));
}

describe('the runs in memory', () => {
  it('share their event, which is counted once', () => {
    const memory = new RunMemory();
    const [first, second] = runsOfOne(2, 'x'.repeat(10_000)).map((queued) => memory.add(queued, lane));
    expect(second!.event).toBe(first!.event);
    expect(memory.event(first!.event.id)).toBe(first!.event);
    expect(memory.runs).toBe(2);
    expect(memory.bytes).toBeGreaterThan(10_000);
    expect(memory.bytes).toBeLessThan(11_000);
  });

  it('let go of their event with the last of them', () => {
    const memory = new RunMemory();
    const [first, second] = runsOfOne(2, 'x').map((queued) => memory.add(queued, lane));
    memory.remove(first!.run.id);
    expect(memory.event(first!.event.id)).toBe(first!.event);
    expect(memory.remove(second!.run.id)).toMatchObject({ lane, queued: second });
    expect(memory.event(first!.event.id)).toBeUndefined();
    expect(memory).toMatchObject({ runs: 0, bytes: 0 });
  });
});
