import type { FieldChange } from '../../kernel/resources/field-changes.ts';
import type { ResourceRef, Revised } from '../../kernel/resources/resource-input.ts';

export type ChangeKind = 'created' | 'updated' | 'unchanged' | 'removed';

/** What a change comes to: with `?dryRun=true` what it would come to. */
export interface ChangeView<View> {
  /** True: nothing was changed. */
  readonly dryRun: boolean;
  readonly change: ChangeKind;
  /** As it is then; of what is removed, as it was last. Secrets masked. */
  readonly resource: View;
  /** What differs. A secret is masked before and after. */
  readonly fields: readonly FieldChange[];
  /** What else changes with it, the first 1,000. */
  readonly also?: readonly AlsoChanged[];
  /** How many there are, where there are more. */
  readonly alsoTotal?: number;
}

/** Another resource that changes with it. */
export interface AlsoChanged extends ResourceRef {
  readonly change: 'created' | 'disabled' | 'tagged' | 'untagged';
}

const most = 1_000;

export function alsoView(also: readonly Revised[]): Pick<ChangeView<unknown>, 'also' | 'alsoTotal'> {
  if (also.length === 0) return {};
  return {
    also: also.slice(0, most).map((one) => ({ kind: one.kind, id: one.id, change: alsoChange(one) })),
    ...(also.length > most && { alsoTotal: also.length }),
  };
}

export function alsoChange({ change, before, after }: Revised): AlsoChanged['change'] {
  if (change === 'created') return 'created';
  if (!before || !after || !('tags' in before) || !('tags' in after)) return 'disabled';
  return after.tags.length > before.tags.length ? 'tagged' : 'untagged';
}
