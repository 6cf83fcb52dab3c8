import { dirname } from 'node:path';
import { issueText } from '../domain/issue-text.ts';
import { schemaIssues } from '../domain/schema-issues.ts';
import { coerceTexts } from './coercion.ts';
import { configSchema, type ParsedConfig } from './config-schema.ts';
import type { ConfigFile } from './config-files.ts';
import { ConfigSource, type ConfigText } from './config-source.ts';
import { mergeFiles } from './merge-files.ts';
import { type Override, withOverrides } from './overrides.ts';
import { configError, type Problem } from './problem.ts';
import { resourceSections } from './resource-schema.ts';
import { SourceText } from './source-text.ts';
import { moved, type Path, type SourceNode, valueOf } from './source-tree.ts';
import { type Lookups, substitute } from './substitution.ts';
import { readYaml, type TextProblem } from './yaml-reader.ts';

export interface ParseInput {
  /** None: built-in defaults. */
  readonly files: readonly ConfigFile[];
  readonly env: Lookups['env'];
  readonly overrides: readonly Override[];
  /** Whether to look at the tags, objects, tasks and triggers only. Default: at everything. */
  readonly resourcesOnly?: boolean;
}

export interface ParseResult {
  readonly parsed: ParsedConfig;
  /** What was written, values from the environment filled in, before the schema added its defaults. */
  readonly written: unknown;
  readonly source: ConfigSource;
}

/** From texts to a configuration that fits the schema. Throws CONFIG_INVALID with every problem and its place. */
export function parseConfig({ files, env, overrides, resourcesOnly = false }: ParseInput): ParseResult {
  const text = new SourceText();
  const written = files.map((file) => readFile(file, text));
  const unreadable = written.flatMap(({ problems }) => problems);
  if (unreadable.length > 0) throw configError(unreadable.map((problem) => located(text, problem)));
  if (files.length === 0) return check(undefined, { problems: [], overrides });
  const filled = written.map(({ root, file, base }) =>
    // What is left out is not asked for its variables either.
    fill(resourcesOnly ? withoutServer(root) : root, { base, lookups: { env, dir: dirname(file.path) } }),
  );
  const merged = mergeFiles(
    filled.map(({ root }) => root),
    (offset) => text.place(offset),
  );
  const problems = [...filled.flatMap((one) => one.problems), ...merged.problems];
  return check(
    { root: merged.root, text },
    { problems: problems.map((problem) => located(text, problem)), overrides },
  );
}

interface ReadFile {
  readonly file: ConfigFile;
  readonly base: number;
  readonly root: SourceNode;
  readonly problems: readonly TextProblem[];
}

function readFile(file: ConfigFile, text: SourceText): ReadFile {
  const { root, problems, lines } = readYaml(file.text);
  const base = text.add(file, lines);
  const nothing = { kind: 'scalar', start: 0, value: null } as const;
  return { file, base, root: root ?? nothing, problems: movedBy(base, problems) };
}

function fill(
  root: SourceNode,
  { base, lookups }: { readonly base: number; readonly lookups: Lookups },
): { readonly root: SourceNode; readonly problems: readonly TextProblem[] } {
  const filled = substitute(root, lookups);
  return { root: moved(filled.root, base), problems: movedBy(base, filled.problems) };
}

function movedBy(base: number, problems: readonly TextProblem[]): readonly TextProblem[] {
  return problems.map((problem) => ({ ...problem, offset: problem.offset + base }));
}

/** Without the sections that say how the server runs. What no section is called stays, to be refused. */
function withoutServer(root: SourceNode): SourceNode {
  if (root.kind !== 'map') return root;
  const ofServer = (name: string): boolean => name in configSchema.shape && !(name in resourceSections);
  return { ...root, entries: new Map([...root.entries].filter(([name]) => !ofServer(name))) };
}

interface Known {
  readonly problems: readonly Problem[];
  readonly overrides: readonly Override[];
}

function check(text: ConfigText | undefined, { problems, overrides }: Known): ParseResult {
  const source = new ConfigSource(text, overrides);
  const written = text ? sections(text.root) : {};
  const value = coerceTexts(configSchema, withOverrides(written, overrides), (path) => source.isText(path));
  const result = configSchema.safeParse(value, { error: issueText });
  const all = [
    ...problems,
    ...(result.success ? [] : schemaProblems(result.error.issues, { source, known: problems })),
  ];
  if (!result.success || all.length > 0) throw configError(all);
  return { parsed: result.data, written: value, source };
}

type Issues = Parameters<typeof schemaIssues>[0];

/** What does not fit the schema, but for places that something is known to be wrong with already. */
function schemaProblems(
  issues: Issues,
  { source, known }: { readonly source: ConfigSource; readonly known: readonly Problem[] },
): readonly Problem[] {
  return schemaIssues(issues).flatMap((issue) => {
    const path = issue.path as Path;
    if (known.some((problem) => samePath(problem.path, path))) return [];
    return [issue.aboutKey ? source.keyProblem(path, issue.message) : source.problem(path, issue.message)];
  });
}

/** A section whose lines are all commented out is read as null; it is meant to be left out. */
function sections(root: SourceNode): unknown {
  if (root.kind !== 'map') return valueOf(root) ?? {};
  const named = [...root.entries].filter(([, { node }]) => node.kind !== 'scalar' || node.value !== null);
  return Object.fromEntries(named.map(([key, { node }]) => [key, valueOf(node)]));
}

function located(text: SourceText, { offset, path, message }: TextProblem): Problem {
  return { where: text.place(offset) ?? '', path, message };
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}
