import type { RunState } from '../domain/records.ts';

/**
 * The condition that a run is in a state, said so that SQLite sees that the index of the runs that have not succeeded
 * answers it: it takes the words of the index, and does not conclude them.
 */
export function inState(state: RunState) {
  if (state === 'succeeded') return { state };
  return { $and: [{ state }, { state: { $ne: 'succeeded' as const } }] };
}
