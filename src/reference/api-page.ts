import { markdownTable } from './markdown-table.ts';

/** Of an OpenAPI document what the page shows. */
export interface ApiDocument {
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly 'x-scope'?: string;
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Those that many routes share are headers, and named by reference. */
interface Parameter {
  readonly name?: string;
  readonly in?: string;
}

const introduction = `# Routes of the API

Every route with what it asks for, made of [docs/openapi.json](../openapi.json) by \`npm run docs\`. What bodies and answers look like stands there; a running
server has its own at \`GET /api/openapi.json\`, with the types of its plugins. [api.md](../api.md) explains the routes one by one, with examples;
[errors.md](../errors.md) has the codes of the answers from 400 on.`;

/** The page of all routes. */
export function apiPage({ tags, paths }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.flatMap(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    if (own.length === 0) return [];
    const rows = own.map(({ path, method, operation }) => [
      `\`${method.toUpperCase()} ${path}\``,
      operation.summary,
      scopeOf(operation),
      queryOf(operation),
      Object.keys(operation.responses).join(', '),
    ]);
    const table = markdownTable(['route', 'what it does', 'scope', 'query', 'answers'], rows);
    return [`## ${name}`, ...(description === undefined ? [] : [description]), table];
  });
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

function scopeOf({ 'x-scope': scope }: Operation): string {
  return scope === undefined ? '' : `\`${scope}\``;
}

function queryOf({ parameters = [] }: Operation): string {
  return parameters
    .filter(({ in: place }) => place === 'query')
    .map(({ name }) => `\`${String(name)}\``)
    .join(', ');
}
