/*
 * What of a call must not be kept: whatever lets its reader act as somebody else. Nothing here imports anything, so
 * that the middleware, which runs in other people's programs, brings nothing along.
 */

const redacted = '[redacted]';

const secretHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'www-authenticate',
]);
const secretHeaderPart =
  /(?:^|[-_])(?:token|secret|password|passwd|signature|session|sessionid|credentials?|jwt|csrf|xsrf)(?:$|[-_])|api-?_?key|access-?_?key|auth-?_?(?:key|token)/;

const secretParameters = new Set([
  ...[
    'key',
    'token',
    'secret',
    'password',
    'passwd',
    'pwd',
    'pass',
    'pin',
    'otp',
    'jwt',
    'auth',
    'authorization',
  ],
  ...['code', 'code_verifier', 'assertion', 'samlresponse', 'samlrequest', 'ticket'],
  ...[
    'sig',
    'signature',
    'hmac',
    'credential',
    'credentials',
    'session',
    'sessionid',
    'sid',
    'jsessionid',
    'phpsessid',
  ],
]);
const secretParameterPart =
  /(?:^|[-_.[])(?:token|secret|password|passwd|signature|credential|session_?id|jwt)(?:$|[-_.\]])|(?:token|secret|password|signature)$|api[-_]?key|access[-_]?key|private[-_]?key/;

/** Header values as Node gives them. */
export type RawHeaders = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Names in lower case, repeated headers joined by ", ", credentials replaced by "[redacted]". */
export function redactHeaders(headers: RawHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    // A name that reaches a prototype is nobody's header.
    if (value === undefined || lower === '__proto__' || lower === 'constructor') continue;
    const hidden = secretHeaders.has(lower) || secretHeaderPart.test(lower);
    kept[lower] = hidden ? redacted : Array.isArray(value) ? value.join(', ') : String(value);
  }
  return kept;
}

/** Path and query with the values of secret parameters replaced by "[redacted]"; all else stays as it is written. */
export function redactUrl(url: string): string {
  const start = url.indexOf('?');
  if (start < 0) return url;
  const query = url
    .slice(start + 1)
    .split('&')
    .map((pair) => {
      const end = pair.indexOf('=');
      return end >= 0 && isSecretParameter(pair.slice(0, end)) ? `${pair.slice(0, end)}=${redacted}` : pair;
    });
  return `${url.slice(0, start)}?${query.join('&')}`;
}

function isSecretParameter(name: string): boolean {
  const lower = decoded(name).toLowerCase();
  return secretParameters.has(lower) || secretParameterPart.test(lower);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
