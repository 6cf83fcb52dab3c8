import { describe, expect, it } from '@jest/globals';
import { SignalboxError } from '../../domain/errors.ts';
import { destination, endpoint, secret, z } from '../../sdk/index.ts';
import { maskSecrets, secretValues, unmask, withoutSecrets } from './settings-secrets.ts';

const auth = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('bearer'), token: secret() }),
  z.object({ type: z.literal('basic'), user: z.string(), password: secret(z.string()) }),
]);
const header = z.discriminatedUnion('secret', [
  z.object({ name: z.string(), value: secret(), secret: z.literal(true) }),
  z.object({ name: z.string(), value: z.string(), secret: z.literal(false).default(false) }),
]);
const settings = z.object({
  url: z.url(),
  auth: auth.default({ type: 'none' }),
  headers: z.array(header).default([]),
  keys: z.array(secret()).optional(),
});

const stored = {
  url: 'https://a.test/hook',
  auth: { type: 'basic', user: 'me', password: 'pw-1' },
  headers: [
    { name: 'x-open', value: 'open', secret: false },
    { name: 'x-one', value: 'one', secret: true },
    { name: 'x-two', value: 'two', secret: true },
  ],
  keys: ['k-1', 'k-2'],
};
const masked = {
  ...stored,
  auth: { type: 'basic', user: 'me', password: '********' },
  headers: [
    { name: 'x-open', value: 'open', secret: false },
    { name: 'x-one', value: '********', secret: true },
    { name: 'x-two', value: '********', secret: true },
  ],
  keys: ['********', '********'],
};

describe('finding secrets', () => {
  it('finds those of the form that is meant, in lists too', () => {
    expect(secretValues(settings, stored)).toEqual(['pw-1', 'one', 'two', 'k-1', 'k-2']);
  });

  it('finds nothing, and copies nothing, where nothing is secret', () => {
    const open = z.object({ a: z.object({ b: z.json() }) });
    const value = { a: { b: { password: 'x' } } };
    expect(secretValues(open, value)).toEqual([]);
    expect(maskSecrets(open, value)).toBe(value);
  });

  it.each<[string, z.ZodType, unknown]>([
    ['optional', secret().optional(), 'x'],
    ['nullable', secret().nullable(), 'x'],
    ['with a default', secret().default('d'), 'x'],
    ['with a prefault', secret().prefault('d'), 'x'],
    ['with a fallback', secret().catch('d'), 'x'],
    ['read-only', secret().readonly(), 'x'],
    ['in a pipe', secret().pipe(z.string().max(9)), 'x'],
    ['after a preprocess', z.preprocess((v) => v, secret()), 'x'],
    ['transformed', secret().transform((v) => v.trim()), 'x'],
    ['lazy', z.lazy(() => secret()), 'x'],
    ['with a check added later', secret(z.string()).refine(() => true), 'x'],
    ['described later', secret().describe('the key'), 'x'],
    ['marked after wrapping', secret(z.string().optional()), 'x'],
    ['a property', z.object({ a: secret() }), { a: 'x' }],
    ['a property of a loose object', z.looseObject({ a: secret() }), { a: 'x', b: 'y' }],
    ['any further property', z.object({}).catchall(secret()), { a: 'x' }],
    ['the values of a record', z.record(z.string(), secret()), { a: 'x' }],
    ['an item', z.array(secret()), ['x']],
    ['an item of a tuple', z.tuple([z.string(), secret()]), ['y', 'x']],
    ['the rest of a tuple', z.tuple([z.string()], secret()), ['y', 'x']],
    [
      'one side of an intersection',
      z.object({ a: secret() }).and(z.object({ b: z.string() })),
      { a: 'x', b: 'y' },
    ],
    ['one option of a union', z.union([z.number(), z.object({ a: secret() })]), { a: 'x' }],
    ['a whole object', secret(z.object({ a: z.object({ b: z.string() }) })), { a: { b: 'x' } }],
  ])('finds a secret that is %s', (_name, schema, value) => {
    expect(secretValues(schema, value)).toEqual(['x']);
    expect(JSON.stringify(maskSecrets(schema, value))).toContain('********');
    expect(JSON.stringify(maskSecrets(schema, value))).not.toContain('"x"');
    expect(JSON.stringify([withoutSecrets(schema, value)])).not.toMatch(/\*|"x"/);
  });

  it('follows schemas that contain themselves', () => {
    interface Node {
      token?: string | undefined;
      child?: Node | undefined;
    }
    const node: z.ZodType<Node> = z.object({
      get child() {
        return node.optional();
      },
      token: secret().optional(),
    });
    expect(secretValues(node, { token: 'a', child: { child: { token: 'b' } } })).toEqual(['a', 'b']);
  });

  it('finds secret numbers', () => {
    expect(secretValues(z.object({ pin: secret(z.number()) }), { pin: 4711 })).toEqual(['4711']);
  });

  it('takes every option of a union for possible when the value fits none', () => {
    expect(maskSecrets(settings, { auth: { type: 'bearer?', token: 't', password: 'p' } })).toEqual({
      auth: { type: 'bearer?', token: '********', password: '********' },
    });
  });
});

describe('masking and leaving out', () => {
  it('masks for people, the rest kept', () => {
    expect(maskSecrets(settings, stored)).toEqual(masked);
  });

  it('shows an absent secret as absent', () => {
    const optional = z.object({ a: secret().optional(), b: secret().nullable() });
    expect(maskSecrets(optional, { b: null })).toEqual({ b: null });
  });

  it('leaves secrets out for templates', () => {
    expect(withoutSecrets(settings, stored)).toEqual({
      url: stored.url,
      auth: { type: 'basic', user: 'me' },
      headers: [
        { name: 'x-open', value: 'open', secret: false },
        { name: 'x-one', secret: true },
        { name: 'x-two', secret: true },
      ],
      keys: [],
    });
  });
});

describe('unmasking', () => {
  /** Code and field of the error, with its message. */
  function refusal(incoming: unknown, before: unknown = stored): [string, string | undefined] {
    try {
      unmask(settings, incoming, before);
    } catch (error) {
      if (error instanceof SignalboxError) return [error.code, error.field];
    }
    return ['accepted', undefined];
  }

  it('puts the stored secrets back', () => {
    expect(unmask(settings, masked, stored)).toEqual(stored);
  });

  it('keeps what was changed beside them', () => {
    const changed = { ...masked, url: 'https://a.test/other', auth: { ...masked.auth, user: 'you' } };
    expect(unmask(settings, changed, stored)).toEqual({
      ...stored,
      url: 'https://a.test/other',
      auth: { ...stored.auth, user: 'you' },
    });
  });

  it('takes new secrets as they are', () => {
    const changed = { ...masked, auth: { type: 'bearer', token: 'new' } };
    expect(unmask(settings, changed, stored)).toMatchObject({ auth: { type: 'bearer', token: 'new' } });
  });

  it('finds the secrets of list items that were moved or remain', () => {
    const [open, one, two] = masked.headers;
    expect(unmask(settings, { ...masked, headers: [two, open, one] }, stored)).toMatchObject({
      headers: [{ value: 'two' }, { value: 'open' }, { value: 'one' }],
    });
    expect(unmask(settings, { ...masked, headers: [two] }, stored)).toMatchObject({
      headers: [{ name: 'x-two', value: 'two' }],
    });
  });

  it('keeps the secret of an item that was renamed in its place', () => {
    const headers = masked.headers.map((item) => (item.name === 'x-two' ? { ...item, name: 'x-2' } : item));
    expect(unmask(settings, { ...masked, headers }, stored)).toMatchObject({
      headers: [{}, { name: 'x-one', value: 'one' }, { name: 'x-2', value: 'two' }],
    });
  });

  it('keeps items that look alike in their places, and lets new ones follow', () => {
    expect(unmask(settings, { ...masked, keys: ['********', '********', 'k-3'] }, stored)).toMatchObject({
      keys: ['k-1', 'k-2', 'k-3'],
    });
  });

  it('asks for the secret again when one of several that look alike was removed', () => {
    expect(refusal({ ...masked, keys: ['********'] })).toEqual(['SETTINGS_INVALID', 'settings.keys[0]']);
  });

  it('does not lend the secret of one item to another', () => {
    const [open, one, two] = masked.headers;
    const moved = [open, two, { ...one, name: 'x-three' }];
    expect(refusal({ ...masked, headers: moved })).toEqual(['SETTINGS_INVALID', 'settings.headers[2].value']);
  });

  it('asks for a secret that was never stored', () => {
    expect(refusal(masked, {})).toEqual(['SETTINGS_INVALID', 'settings.auth.password']);
    expect(refusal({ ...masked, auth: { type: 'bearer', token: '********' } })).toEqual([
      'SETTINGS_INVALID',
      'settings.auth.token',
    ]);
  });

  it.each(['https://evil.test/hook', 'http://a.test/hook', 'https://a.test:8443/hook'])(
    'asks for the secrets again when the URL now leads to %s',
    (url) => {
      expect(refusal({ ...masked, url })).toEqual(['SETTINGS_INVALID', 'settings.url']);
      expect(refusal({ ...stored, url })).toEqual(['accepted', undefined]);
    },
  );

  it('leaves the mask alone where no secret stands', () => {
    const open = z.object({ a: z.string() });
    expect(unmask(open, { a: '********' }, { a: 'x' })).toEqual({ a: '********' });
  });

  it('passes through what does not fit the schema at all, for the schema to refuse', () => {
    expect(unmask(settings, 'nonsense', stored)).toBe('nonsense');
    expect(unmask(settings, { headers: 'x', auth: [1] }, stored)).toEqual({ headers: 'x', auth: [1] });
    expect(unmask(settings, undefined, undefined)).toBeUndefined();
  });

  it('asks for them again when two places are exchanged', () => {
    const two = z.object({
      here: z.object({ url: z.url(), token: secret() }),
      there: z.object({ url: z.url(), token: secret() }),
    });
    const [a, b] = ['https://a.test/', 'https://b.test/'];
    const kept = { here: { url: a, token: 'for-a' }, there: { url: b, token: 'for-b' } };
    const exchanged = { here: { url: b, token: '********' }, there: { url: a, token: '********' } };
    expect(() => unmask(two, exchanged, kept)).toThrow('settings.here.url: leads to another host');
  });

  describe('beside what decides who can read them', () => {
    const schema = z.object({
      token: secret(),
      insecure: destination(z.boolean()).default(false),
      tls: destination(z.enum(['off', 'on'])).default('off'),
      program: destination(z.array(z.string())).optional(),
    });
    const kept = { token: 't-1', insecure: false, tls: 'on', program: ['/bin/a'] };
    const sent = (more: object) => unmask(schema, { ...kept, token: '********', ...more }, kept);

    it('keeps them where that is as before, and where a switch is turned off', () => {
      expect(sent({})).toEqual(kept);
      const open = { ...kept, insecure: true };
      expect(unmask(schema, { ...kept, token: '********' }, open)).toEqual(kept);
    });

    it.each([
      [{ insecure: true }, 'settings.insecure'],
      [{ tls: undefined }, 'settings.tls'],
      [{ program: ['/bin/b'] }, 'settings.program'],
    ])('asks for them again with %j', (more, field) => {
      expect(() => sent(more)).toThrow(`${field}: decides who can read the secrets`);
      expect(unmask(schema, { ...kept, ...more }, kept)).toEqual({ ...kept, ...more });
    });
  });

  describe('of a place that is connected to', () => {
    const server = endpoint(
      z.object({ host: z.string(), port: z.int().default(587), password: secret().optional() }),
    );
    const kept = { host: 'mail.test', port: 587, password: 'pw-1' };
    const sent = (more: object) => () =>
      unmask(server, { ...kept, password: '********', ...more }, kept) as typeof kept;

    it('puts the secret back where it leads as before, a port that is left to its default included', () => {
      expect(sent({})()).toEqual(kept);
      expect(sent({ host: 'MAIL.test' })().password).toBe('pw-1');
      expect(sent({ port: undefined })().password).toBe('pw-1');
    });

    it.each([{ host: 'evil.test' }, { port: 25 }])('asks for it again with %j', (more) => {
      expect(sent(more)).toThrow('settings.host: leads to another host than before');
      expect(unmask(server, { ...kept, ...more }, kept)).toEqual({ ...kept, ...more });
    });

    it('asks for it again where it lies deeper', () => {
      const deep = z.object({ servers: z.array(server) });
      const moved = { servers: [{ ...kept, password: '********', host: 'evil.test' }] };
      expect(() => unmask(deep, moved, { servers: [kept] })).toThrow('settings.servers[0].host: leads to');
    });
  });
});
