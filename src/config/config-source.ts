import type { Override } from './overrides.ts';
import type { Location, Problem } from './problem.ts';
import {
  keyOffsetOf,
  nodeAt,
  offsetOf,
  type Path,
  pathOfField,
  type ScalarNode,
  type SourceNode,
  substituted,
  wholePlaceholders,
} from './source-tree.ts';
import type { SourceText } from './source-text.ts';

/** The text that a configuration was read from. */
export interface ConfigText {
  readonly root: SourceNode;
  readonly text: SourceText;
}

/** Where the values of a configuration came from: the file, the environment, the command line, or nowhere (defaults). */
export class ConfigSource {
  constructor(
    private readonly text: ConfigText | undefined,
    private readonly overrides: readonly Override[] = [],
  ) {}

  /** The place of a value, or of what is nearest to it in the file. */
  locate(path: Path): Location | string {
    return this.#overriding(path)?.origin ?? this.#place((root) => offsetOf(root, path));
  }

  /** The place of the key that the path ends with. */
  locateKey(path: Path): Location | string {
    return this.#overriding(path)?.origin ?? this.#place((root) => keyOffsetOf(root, path));
  }

  /** A problem with a value. What was substituted into it is not shown. */
  problem(path: Path, message: string): Problem {
    return { where: this.locate(path), path, message: this.#discreet(path, message) };
  }

  keyProblem(path: Path, message: string): Problem {
    return { where: this.locateKey(path), path, message: this.#discreet(path, message) };
  }

  /** The path of a dotted field of the value at `base`. */
  pathOf(base: Path, field: string): Path {
    return this.text ? pathOfField(this.text.root, base, field) : [...base, field];
  }

  /** Whether the value is a text from outside the file that may stand for a number or a boolean. */
  isText(path: Path): boolean {
    const override = this.#overriding(path);
    return override ? typeof override.value === 'string' : this.#scalar(path)?.whole === true;
  }

  /** Whether the file says it, and nothing else overrides it. */
  isInFile(path: Path): boolean {
    return this.text !== undefined && !this.#overriding(path) && nodeAt(this.text.root, path) !== undefined;
  }

  /** The folder of the file that says it; undefined when no file does. */
  dirOf(path: Path): string | undefined {
    if (!this.text || !this.isInFile(path)) return undefined;
    return this.text.text.dirOf(offsetOf(this.text.root, path));
  }

  /** Where texts stand that came from outside and may stand for numbers or booleans. */
  texts(): readonly Path[] {
    return this.text ? wholePlaceholders(this.text.root) : [];
  }

  #overriding(path: Path): Override | undefined {
    return this.overrides.findLast((override) => override.path.every((part, i) => part === path[i]));
  }

  #scalar(path: Path): ScalarNode | undefined {
    const node = this.text && nodeAt(this.text.root, path);
    return node?.kind === 'scalar' ? node : undefined;
  }

  #place(offsetIn: (root: SourceNode) => number): Location | string {
    if (!this.text) return 'built-in defaults';
    return this.text.text.place(offsetIn(this.text.root)) ?? 'built-in defaults';
  }

  /** Substituted values may be secret, whatever they were meant for: the placeholder is shown in their place. */
  #discreet(path: Path, message: string): string {
    if (!this.text) return message;
    const written = this.#scalar(path)?.written;
    const shown = written === undefined ? message : message.replace(/, got [^]*$/, `, got ${written}`);
    return [...substituted(this.text.root)].reduce(
      (text, scalar) => hide(text, String(scalar.value), scalar.written ?? ''),
      shown,
    );
  }
}

const TELLING = 8;

/** Replaces a secret, or the beginning of it (messages cut long values), by what stands in the file. */
function hide(text: string, secret: string, written: string): string {
  if (secret.length < 4 || secret === written) return text;
  const start = secret.slice(0, TELLING);
  let hidden = '';
  let rest = text;
  for (let at = rest.indexOf(start); at !== -1; at = rest.indexOf(start)) {
    let length = start.length;
    while (length < secret.length && rest[at + length] === secret[length]) length++;
    hidden += rest.slice(0, at) + written;
    rest = rest.slice(at + length);
  }
  return hidden + rest;
}
