import { issueText } from '../domain/issue-text.ts';
import { schemaIssues } from '../domain/schema-issues.ts';
import { coerceTexts } from './coercion.ts';
import { configSchema, type ParsedConfig } from './config-schema.ts';
import { ConfigSource, type ConfigText } from './config-source.ts';
import { type Override, withOverrides } from './overrides.ts';
import { configError, type Problem } from './problem.ts';
import { type Path, type SourceNode, valueOf } from './source-tree.ts';
import { type Lookups, substitute } from './substitution.ts';
import { readYaml, type TextProblem } from './yaml-reader.ts';

export interface ParseInput {
  /** The file's text and how errors name it. Absent: built-in defaults. */
  readonly file: { readonly name: string; readonly text: string } | undefined;
  readonly lookups: Lookups;
  readonly overrides: readonly Override[];
}

export interface ParseResult {
  readonly parsed: ParsedConfig;
  readonly source: ConfigSource;
}

/** From text to a configuration that fits the schema. Throws CONFIG_INVALID with every problem and its place. */
export function parseConfig({ file, lookups, overrides }: ParseInput): ParseResult {
  if (!file) return check(undefined, { problems: [], overrides });
  const { root: written, problems, lines } = readYaml(file.text);
  if (!written || problems.length > 0) {
    throw configError(problems.map((problem) => located({ lines, name: file.name }, problem)));
  }
  const filled = substitute(written, lookups);
  const text = { name: file.name, root: filled.root, lines };
  return check(text, { problems: filled.problems.map((problem) => located(text, problem)), overrides });
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
  return { parsed: result.data, source };
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

function located({ lines, name }: Omit<ConfigText, 'root'>, { offset, path, message }: TextProblem): Problem {
  const { line, col } = lines.linePos(offset);
  return { where: { file: name, line: Math.max(1, line), column: Math.max(1, col) }, path, message };
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}
