import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Schema } from './json-schema.ts';
import type { DtoClass } from '../validation/to-dto.ts';

export const ROUTE_DOCS = Symbol('RouteDocs');

/** What the description of the API says of a route that neither its types nor its other decorators tell. */
export interface RouteDocs {
  /** In the imperative, for people who look for a route: `List the tasks`. */
  readonly summary: string;
  /** What a body that the handler reads by itself is read into; it may be left out. */
  readonly body?: DtoClass<object>;
  /** The body is a merge patch of this. */
  readonly patches?: DtoClass<object>;
  /** A body of any other form: events, whatever there is, or the name of a schema. */
  readonly bodySchema?: string;
  /** Where there is more than one: `[200, 201]`. */
  readonly statuses?: readonly number[];
  /** Media type of the answer, unless it is JSON. */
  readonly produces?: string;
  /** Schema of the answer, where the type of the handler does not say it. */
  readonly answer?: Schema;
  /** Errors of this very route; those that follow from its path, its body and its scope are known. */
  readonly errors?: readonly ErrorCode[];
}

/** Describes a route; each has to be. */
export const Documented = (docs: RouteDocs): CustomDecorator<symbol> =>
  SetMetadata<symbol, RouteDocs>(ROUTE_DOCS, docs);

/** Why an object cannot be written as it was sent. */
export const objectErrors = [
  'OBJECT_TYPE_UNKNOWN',
  'SETTINGS_INVALID',
  'EGRESS_DENIED',
  // An inbound endpoint can name what it sends in.
  'EVENT_TYPE_UNKNOWN',
] as const satisfies readonly ErrorCode[];

/** The same of tasks. */
export const taskErrors = [
  'ACTION_UNKNOWN',
  'SETTINGS_INVALID',
  'TEMPLATE_INVALID',
  'REFERENCE_MISSING',
  'EGRESS_DENIED',
] as const satisfies readonly ErrorCode[];

/** The same of triggers. */
export const triggerErrors = [
  'EVENT_TYPE_UNKNOWN',
  'FILTER_INVALID',
  'REFERENCE_MISSING',
] as const satisfies readonly ErrorCode[];

/** The same of whole configurations. */
export const configErrors = [
  'RESOURCE_INVALID',
  'CONFLICT',
  'IN_USE',
  ...objectErrors,
  ...taskErrors,
  ...triggerErrors,
] as const satisfies readonly ErrorCode[];
