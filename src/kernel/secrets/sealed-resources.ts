import type { ResourceChange, ResourceStorePort, Resources } from '../ports.ts';
import { identity } from '../resources/staging.ts';
import type { Serial } from '../serial.ts';
import { overriding } from './overriding.ts';
import type { RecordSeal } from './record-seal.ts';

interface Surroundings {
  /** Whoever puts records anew must not come between the look at one and its change. */
  readonly serial: Serial;
  /** Everything, opened. */
  readonly load: () => Promise<Resources>;
  /** Told of what has no secrets any more that could not be opened: `object webhook/ops`. */
  readonly mended: (name: string) => void;
}

/** The resources as the kernel has them, secrets in clear, on a store that gets and gives them sealed. */
export function sealedResources(
  inner: ResourceStorePort,
  seal: RecordSeal,
  { serial, load, mended }: Surroundings,
): ResourceStorePort {
  return overriding(inner, {
    load: () => serial.run(load),
    async apply(changes, { outbox = [], ...beside } = {}) {
      await serial.run(() =>
        inner.apply(
          changes.map((change) => sealed(change, seal)),
          { ...beside, outbox: outbox.map((record) => seal.outbox(record)) },
        ),
      );
      for (const change of changes) {
        if (!('put' in change)) mended(removedName(change));
        else if (!seal.hasGaps(change)) mended(`${change.kind} ${identity(change)}`);
      }
    },
    async outbox() {
      return (await inner.outbox()).map((record) => seal.openOutbox(record).record);
    },
  });
}

function removedName(change: Exclude<ResourceChange, { readonly put: unknown }>): string {
  return change.kind === 'object'
    ? `object ${change.remove.type}/${change.remove.key}`
    : `${change.kind} ${change.remove}`;
}

function sealed(change: ResourceChange, seal: RecordSeal): ResourceChange {
  if (!('put' in change)) return change;
  if (change.kind === 'object') return { kind: 'object', put: seal.object(change.put) };
  if (change.kind === 'task') return { kind: 'task', put: seal.task(change.put) };
  return change;
}
