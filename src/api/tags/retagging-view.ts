import type { TagRecord } from '../../domain/records.ts';
import { alsoChange, type AlsoChanged, type ChangeView } from '../resources/change-view.ts';
import { changeView } from '../resources/write-reply.ts';
import type { Written } from '../resources/written.ts';
import { tagView, type TagView } from './tag-view.ts';

/** A tag, and on how many objects it was put and from how many it was taken. */
export interface RetaggingView extends TagView {
  readonly added: number;
  readonly removed: number;
}

export function retaggingView(written: Written<TagRecord>): RetaggingView | ChangeView<TagView> {
  const changes = written.also.map(alsoChange);
  if (written.dryRun) {
    const view = changeView(written, tagView);
    return view.change === 'unchanged' && changes.length > 0 ? { ...view, change: 'updated' } : view;
  }
  const count = (wanted: AlsoChanged['change']): number => changes.filter((one) => one === wanted).length;
  return { ...tagView(written.record), added: count('tagged'), removed: count('untagged') };
}
