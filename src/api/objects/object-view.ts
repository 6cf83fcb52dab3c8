import type { ObjectRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { managedView, type ManagedView } from '../resources/managed-view.ts';

export interface ObjectView extends ManagedView {
  readonly type: string;
  readonly key: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  /** Secrets masked. */
  readonly settings: JsonObject;
}

export function objectView(object: ObjectRecord, maskedSettings: JsonObject): ObjectView {
  const { type, key, name, enabled, tags } = object;
  return { type, key, name, enabled, tags, settings: maskedSettings, ...managedView(object) };
}
