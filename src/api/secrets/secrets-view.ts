import type { SecretsStatus } from '../../kernel/secrets/store-seal.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

export interface SecretsView {
  /** The key that secrets are sealed with; its id, which tells nothing of the key. */
  readonly key: { readonly id: string; readonly since: string; readonly from: string };
  /** Whether `POST /api/secrets:rotate` can change it. */
  readonly rotatable: boolean;
  /** Ids of older keys that something may still be sealed with: a rotation has not come to its end. */
  readonly older: readonly string[];
  /** What is switched off since its secrets cannot be opened: `object webhook/ops`, `task tell-ops`. */
  readonly unreadable: readonly string[];
}

export function secretsView({ key, since, from, ...rest }: SecretsStatus): SecretsView {
  return { key: { id: key, since: rfc3339Of(since), from }, ...rest };
}
