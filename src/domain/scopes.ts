/**
 * What a token or a user may do: `ingest` sends events, `read` reads everything, `operate` runs and retries, `admin` does
 * all of it and changes resources.
 */
export const scopes = ['ingest', 'read', 'operate', 'admin'] as const;
export type Scope = (typeof scopes)[number];
