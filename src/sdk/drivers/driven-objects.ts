import { defineExtensionPoint } from '../extension.ts';
import type { Cause } from '../object-type.ts';

/** What came of an action on a driven object. */
export interface Outcome {
  readonly key: string;
  readonly action: string;
  /** As its driver tells it; `unknown` when it cannot. */
  readonly state: string;
  /** False: it was so before. */
  readonly acted: boolean;
  /** Its driver reports by itself what happens to it. */
  readonly watched: boolean;
}

/**
 * What the actions of a type tell the plugin that has it, which they have no other way to: an action knows nothing of the
 * `start` of its plugin. Offered by each type under its own name.
 */
export interface DrivenObjects {
  /** An action begins; what is seen to happen to the object until it ends, or for so long, is caused by it. */
  acting(action: { readonly key: string; readonly cause: Cause; readonly forMs: number }): void;
  ended(outcome: Outcome): Promise<void>;
}

export const drivenObjects = defineExtensionPoint<DrivenObjects>('driven_objects');
