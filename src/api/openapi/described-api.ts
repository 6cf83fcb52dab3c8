import type { Schema } from './json-schema.ts';

/**
 * What only the sources tell of the API: the types that routes return, and what the comments and docs/api.md say. Written into
 * described-api.json by `npm run openapi`.
 */
export interface DescribedApi {
  /** The JSON that a handler returns, by `<controller>.<handler>`; null for none. */
  readonly returns: Readonly<Record<string, Schema | null>>;
  /** The types that these name. */
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Classes that bodies and queries are read into, by their names. */
  readonly inputs: Readonly<Record<string, DescribedInput>>;
  /** In the order of docs/api.md. */
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** By `GET /api/tasks/:id`. */
  readonly routes: Readonly<Record<string, DescribedRoute>>;
}

export interface DescribedInput {
  readonly description?: string;
  readonly fields: Readonly<Record<string, DescribedField>>;
}

export interface DescribedField {
  readonly description?: string;
  readonly optional?: true;
  readonly nullable?: true;
}

/** What docs/api.md has on a route. */
export interface DescribedRoute {
  readonly tag: string;
  readonly description: string;
  readonly examples: readonly DescribedExample[];
}

export interface DescribedExample {
  readonly contentType?: string;
  readonly body?: unknown;
  readonly status: number;
  readonly answer?: unknown;
}
