import { describe, expect, it } from '@jest/globals';
import type { TriggerRecord } from '../../domain/records.ts';
import { TriggerIndex } from './trigger-index.ts';

const trigger = (id: string, pattern: Partial<TriggerRecord>): TriggerRecord => ({
  id,
  enabled: true,
  event: 'vm.power_on',
  task: 't',
  managedBy: 'api',
  createdAt: 0,
  updatedAt: 0,
  ...pattern,
});

const found = (index: TriggerIndex, object: string | undefined, tags: readonly string[] = []): string[] =>
  [...index.candidates('vm.power_on', object, tags)].map(({ record }) => record.id).sort();

describe('TriggerIndex', () => {
  const index = new TriggerIndex();
  index.put(trigger('any', {}));
  index.put(trigger('one', { object: 'gpu-01' }));
  index.put(trigger('tag', { tag: 'vms/gpu' }));
  index.put(trigger('other event', { event: 'vm.power_off' }));

  it.each<[string, string | undefined, string[], string[]]>([
    ['any object', 'web-01', [], ['any']],
    ['one object', 'gpu-01', [], ['any', 'one']],
    ['a tag', 'web-01', ['vms/gpu', 'site/x'], ['any', 'tag']],
    ['an event without an object', undefined, [], ['any']],
  ])('finds the triggers for %s', (_, object, tags, expected) => {
    expect(found(index, object, tags)).toEqual(expected);
  });

  it('forgets a trigger that was removed and moves one that was changed', () => {
    const own = new TriggerIndex();
    own.put(trigger('a', { object: 'gpu-01' }));
    own.put(trigger('a', { tag: 'vms/gpu' }));
    expect(found(own, 'gpu-01')).toEqual([]);
    expect(found(own, 'x', ['vms/gpu'])).toEqual(['a']);
    own.remove('a');
    expect(found(own, 'x', ['vms/gpu'])).toEqual([]);
  });
});
