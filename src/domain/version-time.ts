/**
 * When a record is changed, epoch ms. It tells one version of the record from the other, so it rises even where the clock was put
 * back, and when two changes fall into one millisecond.
 */
export function versionTime(now: number, before: { readonly updatedAt: number } | undefined): number {
  return before ? Math.max(now, before.updatedAt + 1) : now;
}
