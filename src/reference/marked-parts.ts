/*
 * Parts of hand-written pages that are made of the code stand between two comments:
 *
 *   <!-- made by npm run docs: errors -->
 *   <!-- end of errors -->
 */

/** The page with these parts in their places, by name. Throws when one of them has no place, or a place no part. */
export function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  const places = Array.from(page.matchAll(/<!-- made by npm run docs: (.+) -->/g), ([, name]) => name);
  const unknown = places.find((name) => name !== undefined && !(name in parts));
  if (unknown !== undefined) throw new Error(`nothing makes the part "${unknown}"`);
  return Object.entries(parts).reduce((text, [name, part]) => withPart(text, name, part), page);
}

function withPart(page: string, name: string, part: string): string {
  const begin = `<!-- made by npm run docs: ${name} -->`;
  const end = `<!-- end of ${name} -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the part "${name}" has no place`);
  return `${page.slice(0, from)}${begin}\n\n${part}\n\n${page.slice(to)}`;
}
