import type { DescribedApi, DescribedExample, DescribedRoute } from '../../src/api/openapi/described-api.ts';
import { apiDocs, docsExamples, docsRequest } from '../../test/support/api-docs.ts';

/** Complete answers of a server to the examples of the docs, by their place among them. */
export type RecordedAnswers = ReadonlyMap<number, unknown>;

const variables = { url: '', auth: 'Authorization: Bearer x', json: 'Content-Type: application/json' };

/** What docs/api.md says: of each section a tag, of each route its text and its examples. */
export function describeDocs(answers: RecordedAnswers): Pick<DescribedApi, 'tags' | 'routes'> {
  const tags: { name: string; description: string }[] = [];
  const routes: Record<string, DescribedRoute> = {};
  const examples = examplesByRoute(answers);
  for (const section of apiDocs.split(/^## /m).slice(1)) {
    const [head = '', ...parts] = section.split(/^### /m);
    const tag = titleOf(head);
    if (parts.length > 0) tags.push({ name: tag, description: prose(head) });
    for (const part of parts) {
      const route = { tag, description: prose(part) };
      for (const name of routesOf(titleOf(part))) {
        routes[name] = { ...route, examples: examples(name) };
      }
    }
  }
  return { tags, routes };
}

function titleOf(section: string): string {
  return section.split('\n', 1)[0] ?? '';
}

/** `GET /api/events`, `/api/events/:id` → each with its method. */
function routesOf(title: string): readonly string[] {
  const [, method = '', paths = ''] = /^`([A-Z]+) (.+)`$/.exec(title) ?? [];
  return paths.split('`, `').map((path) => (path.startsWith('/') ? `${method} ${path}` : path));
}

/** The text without its code; links lead nowhere in the document. */
function prose(section: string): string {
  return section
    .split('\n')
    .slice(1)
    .join('\n')
    .replace(/^```[^]*?^```$/gm, '')
    .replace(/^`\d{3}`$/gm, '')
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/(?<=\S)\n(?=[^\s|\-*])/g, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The examples whose requests a route answers. */
function examplesByRoute(answers: RecordedAnswers): (route: string) => readonly DescribedExample[] {
  const requests = docsExamples().flatMap((example, index) =>
    example.lines.map((line, i) => ({
      request: docsRequest(line, variables),
      status: example.status,
      answer: i === example.lines.length - 1 ? answers.get(index) : undefined,
    })),
  );
  const names = new Set(apiDocs.match(/^### `.*`$/gm)?.flatMap((heading) => routesOf(heading.slice(4))));
  return (route) => {
    const [method, path = ''] = route.split(' ');
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replace(/\/:\w+/g, '/[^/?:]+')}(?:\\?.*)?$`);
    const fitting = requests.filter(
      ({ request: { method: sent, url } }) =>
        sent === method && pattern.test(url) && (url === path || !names.has(`${sent} ${url}`)),
    );
    return fitting.map(({ request: { headers, body }, status, answer }) => ({
      ...(headers.has('content-type') && { contentType: headers.get('content-type') ?? '' }),
      ...(body !== undefined && { body: JSON.parse(body) as unknown }),
      status,
      ...(answer !== undefined && { answer }),
    }));
  };
}
