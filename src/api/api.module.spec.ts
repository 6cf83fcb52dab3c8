import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { startApi } from '../../test/support/api-app.ts';
import schedule from '../../plugins/schedule/index.ts';
import { declaredRoutes } from '../../test/support/declared-routes.ts';

it('docs/api.md has a heading for every route, and for no other', async () => {
  await using api = await startApi([schedule]);
  const docs = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  // ### `GET /api/events`, `/api/events/:id`, `POST /api/events`
  const headings = [...docs.matchAll(/^### `([A-Z]+) (.+)`$/gm)];
  const documented = headings.flatMap(([, method = '', paths = '']) =>
    paths.split('`, `').map((path) => (path.startsWith('/') ? `${method} ${path}` : path)),
  );
  expect(documented.sort()).toEqual(declaredRoutes(api.app).sort());
});
