import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { scopes, type Scope } from '../../src/domain/scopes.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

interface Operation {
  /** A scope; `any`: whoever is known. Absent: no token is asked for. */
  readonly 'x-scope'?: Scope | 'any';
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Operation['x-scope'];
}

const { paths } = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const routes: readonly Route[] = Object.entries(paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    // What does not exist: nothing that is let in does anything.
    path: path.replace('{type}', 'vm').replaceAll(/{\w+}/g, 'not-there'),
    access: operation['x-scope'],
  })),
);

/** What neither a scope nor a token opens: it is open, or asks for a credential of its own. */
const withoutToken = routes.filter(({ access }) => access === undefined);
const guarded = routes.filter(({ access }) => access !== undefined);

describe('every route of docs/openapi.json', () => {
  let app: TestSignalbox;
  const tokens = new Map<Scope, string>();

  beforeAll(async () => {
    app = await startSignalbox({ config: { plugins: undefined } });
    for (const scope of scopes) {
      const body = { name: scope, scopes: [scope] };
      const made = await app.api.request<{ token: string }>('POST', '/api/tokens', body);
      tokens.set(scope, made.body.token);
    }
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  /** Without a body nothing can be made or changed, and what is let in says so. */
  const ask = async ({ method, path }: Route, token: string | undefined): Promise<number> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const abort = new AbortController();
    const { status } = await fetch(app.url + path, { method, headers, signal: abort.signal });
    // A stream would not end.
    abort.abort();
    return status;
  };

  it('is one of many, and only doors and health ask for no token', () => {
    expect(guarded.length).toBeGreaterThan(100);
    expect(withoutToken.map(({ name }) => name).sort()).toEqual([
      'GET /api/docs',
      'GET /api/docs/{asset}',
      'GET /health/live',
      'GET /health/ready',
      'POST /api/ingest/{name}',
      'POST /api/session',
      'POST /api/setup',
    ]);
  });

  it.each([
    ['no token', undefined],
    ['a wrong token', `sbx_${'x'.repeat(43)}`],
  ])('answers 401 to %s', async (_, token) => {
    for (const route of guarded) {
      expect(`${route.name} ${String(await ask(route, token))}`).toBe(`${route.name} 401`);
    }
  });

  it.each(scopes.map((scope) => [scope]))(
    'lets the scope %s in where the document says so, and nowhere else',
    async (scope) => {
      // Without the right to log out: it would be the end of no session, but of a test that asks twice.
      for (const route of guarded.filter(({ path }) => !path.startsWith('/api/session'))) {
        const status = await ask(route, tokens.get(scope));
        const allowed = scope === 'admin' || route.access === 'any' || route.access === scope;
        expect(`${route.name} ${[401, 403].includes(status) ? 'denied' : 'let in'}`).toBe(
          `${route.name} ${allowed ? 'let in' : 'denied'}`,
        );
      }
    },
  );
});
