import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { defineObjectType, definePlugin, endpoint, html, secret, text, z } from '../sdk/index.ts';
import { builtinPlugins } from './builtin-plugins.ts';
import { configJsonSchema } from './json-schema.ts';

const folder = fileURLToPath(new URL('../../config/', import.meta.url));

function compile(schema: object): ValidateFunction {
  // Formats are hints for editors; the patterns beside them are checked.
  return new Ajv2020({
    strictSchema: true,
    strictTuples: false,
    allowUnionTypes: true,
    validateFormats: false,
    allErrors: true,
  }).compile(schema);
}

const lamp = definePlugin({
  name: 'lamp',
  api: '^1.0.0',
  settings: z.object({ everyMs: z.int().positive() }),
  types: [
    defineObjectType({
      name: 'lamp',
      label: 'Lamp',
      settings: z.object({
        url: z.url().describe('Where the lamp is.'),
        watts: z.int().min(3).max(120).default(60),
        mode: z.enum(['warm', 'cold']).default('warm'),
        auth: z
          .discriminatedUnion('type', [
            z.strictObject({ type: z.literal('none') }),
            z.strictObject({ type: z.literal('bearer'), token: secret() }),
          ])
          .default({ type: 'none' }),
      }),
      events: { lit: z.object({}) },
      actions: {
        dim: {
          label: 'Dim',
          input: z.object({
            to: z.number(),
            by: z.object({ who: z.string() }).optional(),
            note: z.json().optional(),
            page: html().optional(),
            label: text().optional(),
          }),
          idempotent: true,
          run: () => Promise.resolve(),
        },
      },
    }),
    defineObjectType({ name: 'room', label: 'Room' }),
    defineObjectType({
      name: 'relay',
      label: 'Relay',
      settings: endpoint(z.object({ host: z.string(), port: z.number() })),
    }),
  ],
});

const schema = configJsonSchema([{ use: 'lamp', plugin: lamp }]);
const validate = compile(schema);

function fits(yaml: string): boolean {
  return validate(parse(yaml));
}

const good = 'objects: { lamp/a: { settings: { url: "https://a.example", watts: 5 } } }';

describe('the JSON Schema of the configuration', () => {
  it('takes good files, and such with empty sections', () => {
    expect(fits('{}')).toBe(true);
    expect(fits('server: { port: 1 }\ntasks:\nobjects:\nlimits:\n')).toBe(true);
    expect(fits(good)).toBe(true);
    expect(fits('tags: { a/b: x, a/c: , a/d: { description: x } }')).toBe(true);
  });

  it('refuses unknown keys and values out of bounds', () => {
    expect(fits('sever: {}')).toBe(false);
    expect(fits('server: { prot: 1 }')).toBe(false);
    expect(fits('server: { port: 70000 }')).toBe(false);
    expect(fits('log: { level: loud }')).toBe(false);
    expect(fits('tags: { a: x }')).toBe(false);
    expect(fits('objects: { lamp: {} }')).toBe(false);
    expect(fits('triggers: { a: { event: lamp.lit } }')).toBe(false);
  });

  it('knows the settings of object types', () => {
    expect(fits(good.replace('watts: 5', 'wats: 5'))).toBe(false);
    expect(fits(good.replace('watts: 5', 'watts: 500'))).toBe(false);
    expect(fits(good.replace('watts: 5', 'mode: hot'))).toBe(false);
    expect(fits(good.replace('watts: 5', 'auth: { type: bearer }'))).toBe(false);
    expect(fits(good.replace('watts: 5', 'auth: { type: bearer, token: x }'))).toBe(true);
    expect(fits('objects: { lamp/a: { name: A } }')).toBe(false);
    expect(fits('objects: { room/a: , room/b: { name: B } }')).toBe(true);
    expect(fits('objects: { room/a: { settings: { x: 1 } } }')).toBe(false);
  });

  it('leaves types, actions, events and plugins that are not built in to the server', () => {
    expect(fits('objects: { other/a: { settings: { x: 1 } } }')).toBe(true);
    expect(fits('tasks: { t: { action: other.do, target: { tag: a/b }, settings: { x: 1 } } }')).toBe(true);
    expect(fits('triggers: { t: { event: other.done, task: t } }')).toBe(true);
    expect(fits('plugins: [other, { use: ./x.ts, settings: { x: 1 } }]')).toBe(true);
  });

  it('knows the settings of actions', () => {
    const task = (settings: string) =>
      `tasks: { t: { action: lamp.dim, target: { object: a }, settings: ${settings} } }`;
    expect(fits(task('{ to: 5, note: { any: [1] } }'))).toBe(true);
    expect(fits(task('{ to: five }'))).toBe(false);
    expect(fits(task('{ to: 5, too: 6 }'))).toBe(false);
    expect(fits('tasks: { t: { action: lamp.dim, target: { object: a } } }')).toBe(false);
  });

  it('knows the settings of plugins', () => {
    expect(fits('plugins: [{ use: lamp, settings: { everyMs: 5 } }]')).toBe(true);
    expect(fits('plugins: [{ use: lamp, settings: { everyMs: 0 } }]')).toBe(false);
    expect(fits('plugins: [{ use: lamp }]')).toBe(false);
  });

  it('lets placeholders stand where values will be', () => {
    expect(fits('server: { port: "${env:PORT}" }')).toBe(true);
    expect(
      fits('objects: { lamp/a: { enabled: "${env:ON}", settings: { url: "${env:U}", watts: "${env:W}" } } }'),
    ).toBe(true);
    expect(fits('objects: { lamp/a: { settings: { url: "https://a.example", watts: "${NAME}" } } }')).toBe(
      false,
    );
    const auth = (value: string) =>
      `objects: { lamp/a: { settings: { url: "https://a.example", auth: ${value} } } }`;
    expect(fits(auth('{ type: bearer, token: "${env:T}" }'))).toBe(true);
    expect(fits(auth('{ type: "${env:T}" }'))).toBe(false);
    const dim =
      'tasks: { t: { action: lamp.dim, target: { object: a }, settings: { to: "${event.data.to}", by: "${event.data.by}" } } }';
    expect(fits(dim)).toBe(true);
  });

  it('offers names, and says what things are', () => {
    const text = JSON.stringify(schema);
    expect(text).toContain('{"enum":["lamp.dim"]}');
    expect(text).toContain('{"enum":["lamp.lit"]}');
    expect(text).toContain('Where the lamp is.');
    expect(text).toContain('"default":4280');
    expect(text).toContain('"contentMediaType":"text/html"');
    expect(text).not.toContain('9007199254740991');
    expect(text).not.toMatch(/"(?:secret|endpoint|filling)":(?:true|"(?:text|html)")/);
  });
});

describe('config/signalbox.schema.json', () => {
  const committed = readFileSync(join(folder, 'signalbox.schema.json'), 'utf8');

  it('is what the schemas of the code and of the plugins say', async () => {
    const wanted = `${JSON.stringify(configJsonSchema(await builtinPlugins()), null, 2)}\n`;
    expect(committed === wanted ? 'up to date' : 'run: npm run schema').toBe('up to date');
  });

  it.each(['signalbox.yaml', ...examples()])('fits config/%s', (name) => {
    const validateCommitted = compile(JSON.parse(committed) as object);
    validateCommitted(parse(readFileSync(join(folder, name), 'utf8')));
    expect(validateCommitted.errors).toBeNull();
  });
});

function examples(): readonly string[] {
  return readdirSync(join(folder, 'examples'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `examples/${name}`);
}
