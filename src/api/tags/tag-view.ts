import type { TagRecord } from '../../domain/records.ts';
import { managedView, type ManagedView } from '../resources/managed-view.ts';

export interface TagView extends ManagedView {
  /** `category/name`. */
  readonly name: string;
  readonly description?: string;
}

export function tagView(tag: TagRecord): TagView {
  const { name, description } = tag;
  return { name, ...(description !== undefined && { description }), ...managedView(tag) };
}
