import { readFileSync } from 'node:fs';
import { waitFor } from './wait-for.ts';

/** docs/api.md, as it stands. */
export const apiDocs = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

/** One block of curl lines of docs/api.md, and what the docs say of the last answer. */
export interface DocsExample {
  readonly heading: string;
  readonly lines: readonly string[];
  readonly status: number;
  readonly answer: unknown;
}

export interface DocsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

export interface DocsAnswer {
  readonly status: number;
  readonly body: unknown;
}

type Variables = Readonly<Record<string, string>>;

export function docsExamples(): readonly DocsExample[] {
  const blocks = apiDocs.matchAll(/```sh\n(curl [^]*?)```\n\n`(\d+)`\n(?:\n```json\n([^]*?)```)?/g);
  return Array.from(blocks, ({ 1: sh = '', 2: status, 3: json, index }) => ({
    heading:
      apiDocs
        .slice(0, index)
        .match(/^###? .*$/gm)
        ?.at(-1) ?? '',
    lines: sh
      .replaceAll('\\\n', ' ')
      .trimEnd()
      .split(/\n(?=curl )/),
    status: Number(status),
    answer: json === undefined ? undefined : (JSON.parse(json) as unknown),
  }));
}

/** What a line of curl sends, with these variables. */
export function docsRequest(line: string, variables: Variables): DocsRequest {
  const [command, ...rest] = words(line, variables);
  if (command !== 'curl') throw new Error(`no curl: ${line}`);
  const headers = new Headers();
  let url = '';
  let method: string | undefined;
  let body: string | undefined;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-X') method = rest.shift();
    else if (word === '-d') body = rest.shift();
    else if (word === '-H') {
      const [name = '', ...value] = (rest.shift() ?? '').split(': ');
      headers.set(name, value.join(': '));
    } else url = word;
  }
  return { method: method ?? (body === undefined ? 'GET' : 'POST'), url, headers, body };
}

/** Runs the lines of an example; gives the last answer, and how it differs from what the docs show. */
export async function runDocsExample(
  { lines, status, answer }: DocsExample,
  variables: Variables,
): Promise<{ readonly last: DocsAnswer | undefined; readonly problems: readonly string[] }> {
  const reading = lines.every((line) => !/ -[dX] /.test(line));
  let problems: string[] = [];
  let last: DocsAnswer | undefined;
  const attempt = async (): Promise<boolean> => {
    for (const line of lines) last = await send(docsRequest(line, variables));
    problems = [
      ...differences(status, last?.status, 'status'),
      ...(answer === undefined ? [] : differences(answer, last?.body)),
    ];
    return problems.length === 0;
  };
  // What is read may still be on its way to what the docs show: a run is pending before it is held.
  if (reading) await waitFor(attempt, () => problems.join('\n'));
  else await attempt();
  return { last, problems };
}

/** The words of a line of shell, with these variables; as much of a shell as the docs use. */
function words(line: string, variables: Variables): string[] {
  const found = line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g);
  return Array.from(found, ([, plain, quoted, bare]) => {
    if (plain !== undefined) return plain;
    return (quoted ?? bare ?? '').replace(/\$(\w+)/g, (whole, name: string) => variables[name] ?? whole);
  });
}

async function send({ method, url, headers, body }: DocsRequest): Promise<DocsAnswer> {
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

/** What differs from what the docs show: ids and times may, and there may be more than they show. */
function differences(shown: unknown, got: unknown, path = '$'): string[] {
  if (typeof shown === 'object' && shown !== null && typeof got === 'object' && got !== null) {
    return Object.entries(shown).flatMap(([name, value]) =>
      differences(value, (got as Record<string, unknown>)[name], `${path}.${name}`),
    );
  }
  const same =
    shown === got ||
    (typeof got === 'string' && kindOf(shown) !== undefined && kindOf(shown) === kindOf(got));
  return same ? [] : [`${path}: the docs have ${JSON.stringify(shown)}, the server ${JSON.stringify(got)}`];
}

function kindOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return 'id';
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? 'time' : undefined;
}
