import type { JsonValue } from '../sdk/index.ts';
import { parseText, parseVariable, type Part, type Root } from './template-placeholder.ts';

/** A mistake in a template. `path` is where it stands in the value: `message.blocks[0].text`, '' for the value itself. */
export interface TemplateProblem {
  readonly path: string;
  readonly message: string;
}

/** What is known when the task is saved. */
export interface TemplateKnowledge {
  /** Whether this setting of the event's object, e.g. `['auth', 'token']`, is secret or lies within a secret one. */
  isSecret?(settingsPath: readonly string[]): boolean;
}

/** Mistakes that can be known when a task is saved. Whether the event's data has a field is known only when it comes. */
export function checkTemplate(
  value: JsonValue,
  known: TemplateKnowledge = {},
  path = '',
): readonly TemplateProblem[] {
  if (typeof value === 'string') {
    return parseText(value).flatMap((part) => {
      const message = checkPart(part, known);
      return message === undefined ? [] : [{ path, message }];
    });
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    checkTemplate(item, known, childPath(path, key, Array.isArray(value))),
  );
}

function childPath(path: string, key: string, isElement: boolean): string {
  if (isElement) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function checkPart(part: Part, known: TemplateKnowledge): string | undefined {
  if (part.kind === 'text') return undefined;
  if (part.kind === 'unclosed') {
    return `${quote(part.raw)} has no closing brace. For a literal \${ write $\${`;
  }
  const variable = parseVariable(part.content);
  if (variable.kind === 'problem') return variable.message;
  if (variable.kind === 'builtIn') return undefined;

  const [first, ...settingsPath] = variable.segments;
  const mistake = checkShape(shapes[variable.root], variable.segments, variable.root);
  if (mistake !== undefined) return `${part.raw}: ${mistake}`;
  if (variable.root === 'object' && first === 'settings' && known.isSecret?.(settingsPath)) {
    return `${part.raw}: this setting is secret. Secrets are left out of messages`;
  }
  return undefined;
}

/** Form of a value: a text, a list of texts, known fields, or anything at all. */
type Shape = 'text' | 'texts' | 'any' | { readonly [field: string]: Shape };

const identity = { type: 'text', key: 'text', name: 'text', tags: 'texts' } as const;
const shapes: Record<Root, Shape> = {
  event: { id: 'text', source: 'text', type: 'text', time: 'text', data: 'any', object: identity },
  object: { ...identity, settings: 'any', state: 'any' },
  run: { id: 'text' },
  task: { id: 'text', name: 'text' },
};

function checkShape(shape: Shape, segments: readonly string[], at: string): string | undefined {
  const [segment, ...rest] = segments;
  if (segment === undefined || shape === 'any') return undefined;
  if (shape === 'text') return `${at} is a text and has no fields`;
  if (shape === 'texts') {
    return /^\d+$/.test(segment)
      ? checkShape('text', rest, `${at}.${segment}`)
      : `${at} is a list; name an element by its number, e.g. ${at}.0`;
  }
  const next = Object.hasOwn(shape, segment) ? shape[segment] : undefined;
  if (next === undefined) return `${at} has no field "${segment}"; it has ${Object.keys(shape).join(', ')}`;
  return checkShape(next, rest, `${at}.${segment}`);
}

function quote(raw: string): string {
  return raw.length > 40 ? `${raw.slice(0, 40)}…` : raw;
}
