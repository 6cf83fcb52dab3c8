/*
 * The grammar of `${…}`: where placeholders stand in a text, and what stands in them. Logic-free on purpose: a
 * placeholder names a value, it computes nothing.
 */

/** A text that is copied, a placeholder that is filled in, or one whose closing brace is missing. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'placeholder'; readonly raw: string; readonly content: string }
  | { readonly kind: 'unclosed'; readonly raw: string };

export const builtIns = ['NAME', 'DATE', 'TIMESTAMP', 'RANDOM'] as const;
export type BuiltIn = (typeof builtIns)[number];

export const roots = ['event', 'object', 'run', 'task'] as const;
export type Root = (typeof roots)[number];

/** What a placeholder stands for. */
export type Variable =
  | { readonly kind: 'builtIn'; readonly name: BuiltIn }
  | { readonly kind: 'path'; readonly root: Root; readonly segments: readonly string[] }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Takes a text apart. `$$` directly before a brace is one literal dollar: `$${NAME}` is the text `${NAME}`, and
 * `$$${NAME}` a dollar with the name after it.
 */
export function parseText(text: string): readonly Part[] {
  const parts: Part[] = [];
  let literal = '';
  let position = 0;
  for (const match of text.matchAll(/(\$+)\{/g)) {
    if (match.index < position) continue;
    const dollars = match[0].length - 1;
    literal += text.slice(position, match.index) + '$'.repeat(Math.floor(dollars / 2));
    position = match.index + dollars;
    if (dollars % 2 === 0) continue;

    const end = text.indexOf('}', position);
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    const raw = text.slice(position - 1, end === -1 ? undefined : end + 1);
    parts.push(
      end === -1 ? { kind: 'unclosed', raw } : { kind: 'placeholder', raw, content: raw.slice(2, -1).trim() },
    );
    position = end === -1 ? text.length : end + 1;
  }
  literal += text.slice(position);
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return parts;
}

const pathSegment = /\.([\p{L}\p{N}_-]+)|\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]/uy;
const help = `Use ${builtIns.map((name) => `\${${name}}`).join(', ')}, or a path in ${roots.join(', ')}, such as \${event.data}`;

/** Reads what stands between the braces. */
export function parseVariable(content: string): Variable {
  if (content === '') return problem(`the placeholder is empty. ${help}`);
  if (isBuiltIn(content)) return { kind: 'builtIn', name: content };
  if (/^[A-Z][A-Z0-9_]*$/.test(content)) return problem(`unknown variable \${${content}}. ${help}`);

  const root = /^[\p{L}_][\p{L}\p{N}_-]*/u.exec(content)?.[0] ?? '';
  const segments = parseSegments(content, root.length);
  if (root === '' || segments === undefined) {
    return problem(
      `\${${content}} is not a variable or a path. Expressions are not evaluated; ` +
        'a key with other characters than letters, digits, - and _ is written ["key"]',
    );
  }
  if (!isRoot(root)) return problem(`unknown variable \${${content}}. ${help}`);
  return { kind: 'path', root, segments };
}

function parseSegments(content: string, from: number): readonly string[] | undefined {
  const segments: string[] = [];
  let position = from;
  while (position < content.length) {
    pathSegment.lastIndex = position;
    const match = pathSegment.exec(content);
    if (!match) return undefined;
    segments.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
    position = pathSegment.lastIndex;
  }
  return segments;
}

function isBuiltIn(name: string): name is BuiltIn {
  return (builtIns as readonly string[]).includes(name);
}

function isRoot(name: string): name is Root {
  return (roots as readonly string[]).includes(name);
}

function problem(message: string): Variable {
  return { kind: 'problem', message };
}
