import { stringify } from 'yaml';
import type { ExportAnswer } from './config-answer.ts';

type Path = readonly (string | number)[];

/** Files to write, and what is to be set before they are applied. */
export interface ExportedFiles {
  /** All of it in one document, YAML. */
  readonly whole: string;
  /** The same in several, by their names. */
  readonly files: ReadonlyMap<string, string>;
  /** Environment variables that the files take secrets from, and what each is. */
  readonly variables: readonly { readonly name: string; readonly field: string }[];
}

const sections = ['tags', 'objects', 'tasks', 'triggers'] as const;

/**
 * The running configuration as configuration files: one for each section and each type of objects. Secrets become
 * `${env:NAME}`, or stay masked, so that applying the files leaves them as they are.
 */
export function exportFiles(answer: ExportAnswer, secrets: 'env' | 'mask'): ExportedFiles {
  const document = {
    tags: answer.tags,
    objects: answer.objects,
    tasks: answer.tasks,
    triggers: answer.triggers,
  };
  const named = secrets === 'env' ? withNames(answer.secrets) : [];
  const names = new Map(named.map(({ path, name }) => [JSON.stringify(path), name]));
  const written = filled(document, names, []) as typeof document;
  const files = sections.flatMap((section) =>
    section === 'objects'
      ? byType(written.objects)
      : fileOf(`${section}.yaml`, { [section]: written[section] }),
  );
  const present = sections.filter((section) => Object.keys(written[section]).length > 0);
  return {
    whole: yaml(Object.fromEntries(present.map((section) => [section, written[section]]))),
    files: new Map(files),
    variables: named.map(({ path, name }) => ({ name, field: path.join('.') })),
  };
}

function byType(objects: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  const types = new Set(Object.keys(objects).map(typeOf));
  return [...types].flatMap((type) => {
    const own = Object.entries(objects).filter(([ref]) => typeOf(ref) === type);
    return fileOf(`objects.${type}.yaml`, { objects: Object.fromEntries(own) });
  });
}

function typeOf(ref: string): string {
  return ref.slice(0, ref.indexOf('/'));
}

function fileOf(
  name: string,
  content: Readonly<Record<string, object>>,
): readonly (readonly [string, string])[] {
  const isEmpty = Object.values(content).every((section) => Object.keys(section).length === 0);
  return isEmpty ? [] : [[name, yaml(content)]];
}

function yaml(content: object): string {
  // Lines are never folded: a placeholder stays in one piece.
  return stringify(content, { nullStr: '', lineWidth: 0 });
}

/** A name for each secret that one text can stand for: `WEBHOOK_OPS_AUTH_TOKEN`. */
function withNames(
  secrets: ExportAnswer['secrets'],
): readonly { readonly path: Path; readonly name: string }[] {
  const taken = new Set<string>();
  return secrets
    .filter(({ single }) => single)
    .map(({ path }) => {
      const [section = '', ...rest] = path.filter((part) => part !== 'settings');
      const owner = section === 'objects' ? rest : ['task', ...rest];
      const wanted = owner
        .join('_')
        .replace(/[^A-Za-z0-9]+/g, '_')
        .toUpperCase();
      let name = wanted;
      for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
      taken.add(name);
      return { path, name };
    });
}

function filled(value: unknown, names: ReadonlyMap<string, string>, path: Path): unknown {
  const name = names.get(JSON.stringify(path));
  if (name !== undefined) return `\${env:${name}}`;
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return value.map((item, i) => filled(item, names, [...path, i]));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, filled(inner, names, [...path, key])] as const,
  );
  // An entry without anything is written as its key alone.
  if (path.length === 2 && entries.length === 0) return null;
  return Object.fromEntries(entries);
}

/** A text that would be taken for a placeholder: its dollar comes from a default, and what is filled in is not read again. */
function escaped(text: string): string {
  return text.replace(/(\$+)\{(env|file):/g, (match, dollars: string, kind: string) =>
    dollars.length % 2 === 0 ? match : `${dollars.slice(1)}\${env:DOLLAR:-$}{${kind}:`,
  );
}
