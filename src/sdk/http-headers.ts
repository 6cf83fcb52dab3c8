/** Headers that belong to the connection or to the HTTP client. */
const reservedNames =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i;

const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
// Tab, visible ASCII and Latin-1: no CR, LF or NUL, by which one header could become two.
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Why a header cannot be sent, in words that go on from the header's name ("is set by the HTTP client");
 * undefined when it can.
 */
export function headerProblem(name: string, value: string): string | undefined {
  if (!token.test(name)) return 'is not a header name (letters, digits and - only)';
  if (reservedNames.test(name)) return 'cannot be set: it belongs to the connection';
  if (!fieldValue.test(value)) return 'has a value with characters that a header cannot carry';
  return undefined;
}
