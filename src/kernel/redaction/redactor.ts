import { isSecretHeader, redactHeaderUrls } from '../../sdk/call-redaction.ts';
import { MASK } from './settings-secrets.ts';

export { maskSecrets, secretValues, unmask, withoutSecrets } from './settings-secrets.ts';

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** For targets without secrets; compare with it to skip work. */
export const redactNothing: Redact = (text) => text;

/**
 * Replaces secrets in texts by `MASK`: as they are, escaped as in JSON, percent-encoded as in URLs and forms, in hexadecimal, and
 * in Base64 wherever they lie in what was encoded (`user:password`).
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.filter((secret) => secret !== '').flatMap(formsOf));
  if (forms.size === 0) return redactNothing;
  // Longest first: a secret that begins with another one must not leave its rest behind.
  const patterns = [...forms].sort((a, b) => b.length - a.length).map(toPattern);
  const expressions: RegExp[] = [];
  for (let i = 0; i < patterns.length; i += mostInOne)
    expressions.push(new RegExp(patterns.slice(i, i + mostInOne).join('|'), 'g'));
  return (text) => expressions.reduce((left, expression) => left.replace(expression, MASK), text);
}

/** Alternatives in one regular expression: an engine has its limits. */
const mostInOne = 5_000;

function formsOf(secret: string): string[] {
  const percent = encodeURIComponent(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    percent,
    percent.replace(/%20/g, '+'),
    new URLSearchParams({ '': secret }).toString().slice(1),
    percent.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
    ...base64Forms(secret),
    ...hexForms(secret),
  ];
}

/**
 * What is seen of a secret in Base64 depends on its place modulo three. The characters at its edges are mixed with
 * the bytes beside it and are left out.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inner = [0, 1, 2].map((offset) => {
    const bits = (offset + bytes.length) * 8;
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6));
  });
  return [bytes.toString('base64'), ...inner]
    .filter((form) => form.length >= 6)
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function hexForms(secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex');
  return hex.length >= 8 ? [hex, hex.toUpperCase()] : [];
}

function toPattern(form: string): string {
  const escaped = form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  // Very short secrets stand in many other words; they are taken out only where they stand alone.
  return form.length < 4 ? `(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])` : escaped;
}

const scheme = /^(?:basic|bearer|digest|negotiate|ntlm|token|apikey|hawk|aws4-hmac-sha256)(?= )/i;

type Header = readonly [name: string, value: string];

/**
 * Headers with the values of those masked that carry credentials by their nature, whatever the settings say; but for those that
 * whoever sends them says are harmless.
 */
export function redactHeaders(headers: readonly Header[], shown: readonly string[] = []): Header[] {
  const harmless = new Set(shown.map((name) => name.toLowerCase()));
  return headers.map(([name, value]) => [
    name,
    isSecretHeader(name) && !harmless.has(name.toLowerCase())
      ? maskHeader(value)
      : redactHeaderUrls(name, value),
  ]);
}

function maskHeader(value: string): string {
  const named = scheme.exec(value);
  return named ? `${named[0]} ${MASK}` : MASK;
}
