/*
 * `{ token: ${env:SLACK_TOKEN} }` is not YAML: inside braces, `{` ends a plain value. People write it all the
 * same, so every `${…}` is lifted, character by character, into the private use area of Unicode before the text is
 * parsed, and put back into the values afterwards. Lengths stay the same, and with them lines and columns.
 */

const SHIFT = 0xe400;
// A placeholder with quotes or backslashes in it is left alone: in a quoted value they are YAML's to read.
const placeholder = /\$\{[^}"'\\\r\n]*\}/g;
const shielded = /\ue424\ue47b[\ue400-\ue4ff]*?\ue47d/g;

export function shield(text: string): string {
  return text.replace(placeholder, (match) => shift(match, SHIFT));
}

export function unshield(text: string): string {
  return text.replace(shielded, (match) => shift(match, -SHIFT));
}

function shift(text: string, by: number): string {
  // Characters beyond Latin-1 mean nothing to YAML and stay as they are.
  const limit = by > 0 ? 0xff : SHIFT + 0xff;
  const floor = by > 0 ? 0 : SHIFT;
  return text.replace(/[^]/g, (char) => {
    const code = char.charCodeAt(0);
    return code >= floor && code <= limit ? String.fromCharCode(code + by) : char;
  });
}
