import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import schedule from '../../../plugins/schedule/index.ts';
import vm from '../../../plugins/vm/index.ts';
import webhook from '../../../plugins/webhook/index.ts';
import { startApi } from '../../../test/support/api-app.ts';
import { declaredRoutes } from '../../../test/support/declared-routes.ts';
import { judgingAjv } from '../../../test/support/documented-answer.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- looks into a document of many forms */

const methods = ['get', 'post', 'put', 'patch', 'delete'];

function operations(document: any): { route: string; operation: any }[] {
  return Object.entries(document.paths).flatMap(([path, item]: [string, any]) =>
    methods
      .filter((method) => item[method])
      .map((method) => ({ route: `${method.toUpperCase()} ${path}`, operation: item[method] })),
  );
}

async function documentOf(plugins: Parameters<typeof startApi>[0]): Promise<any> {
  await using api = await startApi(plugins);
  return (await api.send('GET', '/api/openapi.json')).body;
}

describe('the OpenAPI document', () => {
  it('has every route of the server, and no other', async () => {
    await using api = await startApi([schedule]);
    const { body } = await api.send('GET', '/api/openapi.json');
    const wanted = declaredRoutes(api.app).map((route) => route.replace(/\/:(\w+)/g, '/{$1}'));
    expect(
      operations(body)
        .map(({ route }) => route)
        .sort(),
    ).toEqual(wanted.sort());
  });

  it('says of every route what it is for, who may call it and how it fails', async () => {
    for (const { route, operation } of operations(await documentOf([schedule]))) {
      const { summary, description, tags, operationId, responses } = operation;
      expect({ route, summary, operationId }).toEqual({
        route,
        summary: expect.stringMatching(/^[A-Z]/),
        operationId: expect.stringMatching(/^[a-z]\w+$/),
      });
      expect(description).toMatch(/^(Scope:|Needs no token|For every token)/);
      expect(tags).toHaveLength(1);
      expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
      expect(Object.keys(responses).some((status) => status.startsWith('4'))).toBe(true);
    }
  });

  it('knows the settings, events and actions of the plugins that are loaded, and of no others', async () => {
    const { components } = await documentOf([vm, webhook]);
    const ajv = judgingAjv().addSchema({ $id: 'openapi', components });
    const fits = (name: string, value: unknown): boolean =>
      ajv.validate({ $ref: `openapi#/components/schemas/${name}` }, value);
    const task = { action: 'webhook.send', target: { object: 'ops' }, settings: { message: 'hello' } };
    expect(fits('TaskBody', task)).toBe(true);
    expect(fits('TaskBody', { ...task, settings: { massage: 'hello' } })).toBe(false);
    expect(fits('TaskBody', { ...task, action: 'email.send' })).toBe(false);
    expect(fits('NewEvent', { type: 'vm.power_on', object: 'gpu-01', data: { by: 'JThompson' } })).toBe(true);
    expect(fits('NewEvent', { type: 'vm.power_on', object: 'gpu-01', data: { name: 7 } })).toBe(false);
    expect(fits('NewEvent', { type: 'vm.exploded' })).toBe(false);
    const settings = { url: 'https://hooks.example.com/1', auth: { type: 'bearer', token: 'x' } };
    expect(fits('webhook.settings', settings)).toBe(true);
    expect(fits('webhook.settings', { ...settings, timeout: 1 })).toBe(false);
    expect(components.schemas['email.settings']).toBeUndefined();
    expect(components.schemas['webhook.settings']).toMatchObject({ title: 'Settings: Webhook' });
    expect(JSON.stringify(components.schemas['webhook.settings'])).toContain('"writeOnly":true');
  });
});

describe('docs/openapi.json', () => {
  const document = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'));
  const ajv = judgingAjv().addSchema(document, 'openapi');
  const examples = operations(document).flatMap(({ route, operation }) => {
    const contents = [operation.requestBody, ...Object.values<any>(operation.responses)].map(
      (part) => part?.content ?? {},
    );
    return contents
      .flatMap((content) => Object.values<any>(content))
      .flatMap(({ schema, examples: shown = {} }) =>
        Object.values<any>(shown).map(({ value }) => ({ route, schema, value })),
      );
  });

  it('has examples of requests and answers', () => {
    expect(examples.length).toBeGreaterThan(50);
  });

  it('has examples that are as its schemas say', () => {
    for (const { route, schema, value } of examples) {
      const inDocument = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object;
      const validate = ajv.compile(inDocument);
      validate(value);
      expect({ route, value, errors: validate.errors }).toEqual({ route, value, errors: null });
    }
  });
});
