import { TriggerIndex } from '../../src/kernel/resources/trigger-index.ts';

export interface MatchingFigure {
  readonly triggers: number;
  /** To find the one trigger that fits, among so many that do not. */
  readonly microseconds: number;
}

/** How the cost of matching one event grows with the triggers that do not match it. */
export function matchingFigures(): readonly MatchingFigure[] {
  return [10, 100, 1_000, 10_000, 100_000].map((triggers) => ({
    triggers,
    microseconds: matching(triggers),
  }));
}

function matching(triggers: number): number {
  const index = filled(triggers);
  const once = (): number => {
    let found = 0;
    for (const _ of index.candidates('vm.power_on', 'gpu-01', ['vms/gpu', 'site/berlin'])) found++;
    return found;
  };
  for (let i = 0; i < 20_000; i++) once();
  const rounds = 200_000;
  let found = 0;
  const begun = performance.now();
  for (let i = 0; i < rounds; i++) found += once();
  const microseconds = ((performance.now() - begun) * 1000) / rounds;
  if (found !== rounds * 3) throw new Error(`expected 3 matches an event, got ${String(found / rounds)}`);
  return microseconds;
}

/** One matches by object, two by tag; the rest have other objects, tags and events. */
function filled(triggers: number): TriggerIndex {
  const index = new TriggerIndex();
  const base = { enabled: true, task: 'tell', managedBy: 'api', createdAt: 0, updatedAt: 0 } as const;
  index.put({ ...base, id: 'a', event: 'vm.power_on', object: 'gpu-01' });
  index.put({ ...base, id: 'b', event: 'vm.power_on', tag: 'vms/gpu' });
  index.put({ ...base, id: 'c', event: 'vm.power_on', tag: 'site/berlin' });
  for (let i = 3; i < triggers; i++) {
    const pattern = [{ object: `vm-${String(i)}` }, { tag: `vms/${String(i)}` }][i % 2];
    index.put({ ...base, id: String(i), event: i % 5 === 0 ? 'vm.power_off' : 'vm.power_on', ...pattern });
  }
  return index;
}
