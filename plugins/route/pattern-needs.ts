/*
 * What a text has to contain for a pattern to be found in it, read off the pattern. The index looks for that before
 * it runs a regular expression. Reading may miss something that is needed, but never claims what is not: where it
 * is unsure, it claims nothing.
 */

/** A piece of text that stands in every match. */
export interface Literal {
  readonly text: string;
  /** The text begins with it. */
  readonly first: boolean;
}

/** All literals are needed, and of each choice all that one of its branches needs. */
export interface Needs {
  readonly literals: readonly Literal[];
  readonly choices: readonly (readonly Needs[])[];
}

const nothing: Needs = { literals: [], choices: [] };

/** For a pattern that RE2 has accepted. */
export function needsOf(pattern: string): Needs {
  try {
    const branches = new PatternReader(pattern).branches();
    const [only] = branches;
    return branches.length === 1 && only ? only : { literals: [], choices: [branches] };
  } catch (error) {
    if (error instanceof Unclear) return nothing;
    throw error;
  }
}

/** The pattern says something that is not worth understanding here: flags, `\Q…\E`, octal numbers. */
class Unclear extends Error {
  override name = 'Unclear';
}

const repetition = /[*+?]|\{(\d+)(?:,\d*)?\}/y;
const classEscapes = new Set('dDwWsS');
const controlEscapes = new Set('ntrfva');
const groupStart = /\((?:\?:|\?P?<\w+>|(?!\?))/y;
const hexEscape = /x(?:\{[0-9a-f]+\}|[0-9a-f]{2})/iy;
const propertyEscape = /p(?:\{\^?\w+\}|\w)/iy;
const posixClass = /\[:\^?\w+:\]/y;

class PatternReader {
  #at = 0;

  constructor(private readonly pattern: string) {}

  /** Alternatives, up to the end or the closing bracket of a group. */
  branches(): readonly Needs[] {
    const branches = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at++;
      branches.push(this.#sequence());
    }
    return branches;
  }

  #peek(): string {
    return this.pattern.charAt(this.#at);
  }

  #sequence(): Needs {
    const run = new LiteralRun();
    const choices: (readonly Needs[])[] = [];
    for (let char = this.#peek(); char !== '' && char !== '|' && char !== ')'; char = this.#peek()) {
      if (char === '(') this.#group(run, choices);
      else if (char === '^') this.#anchor(run);
      else this.#atom(char, run);
    }
    return { literals: run.end(), choices };
  }

  #group(run: LiteralRun, choices: (readonly Needs[])[]): void {
    if (this.#skip(groupStart) === undefined) throw new Unclear();
    const branches = this.branches();
    this.#at++;
    run.cut();
    if (this.#least() === 0) return;
    const [only] = branches;
    if (branches.length > 1 || !only) {
      choices.push(branches);
    } else {
      run.add(only.literals);
      choices.push(...only.choices);
    }
  }

  #anchor(run: LiteralRun): void {
    this.#at++;
    run.cut();
    if (this.#least() > 0) run.anchor();
  }

  /** One character, class or zero-width assertion, and how often it is repeated. */
  #atom(char: string, run: LiteralRun): void {
    const literal = this.#literal(char);
    const start = this.#at;
    const least = this.#least();
    const repeated = this.#at > start;
    if (literal !== undefined && least > 0) run.push(literal);
    if (literal === undefined || repeated) run.cut();
  }

  /** The character that an atom stands for; undefined when it is more than one, or none. */
  #literal(char: string): string | undefined {
    if (char === '[') {
      this.#characterClass();
      return undefined;
    }
    this.#at++;
    if (char === '\\') return this.#escape();
    // Beyond ASCII a character may be two code units, which a repetition would take apart.
    return char === '.' || char === '$' || char > '\x7f' ? undefined : char;
  }

  #escape(): string | undefined {
    const char = this.#peek();
    if (/[^\w\s]/.test(char) && char <= '\x7f') {
      this.#at++;
      return char;
    }
    if (char === 'x' || char === 'p' || char === 'P') {
      if (this.#skip(char === 'x' ? hexEscape : propertyEscape) === undefined) throw new Unclear();
      return undefined;
    }
    if (!classEscapes.has(char) && !controlEscapes.has(char) && !'bBz'.includes(char)) throw new Unclear();
    this.#at++;
    return undefined;
  }

  #characterClass(): void {
    this.#at++;
    if (this.#peek() === '^') this.#at++;
    let first = true;
    while (first || this.#peek() !== ']') {
      if (this.#at >= this.pattern.length) throw new Unclear();
      if (this.#skip(posixClass) === undefined) this.#at += this.#peek() === '\\' ? 2 : 1;
      first = false;
    }
    this.#at++;
  }

  /** How often the atom before occurs at least. */
  #least(): number {
    let least = 1;
    for (let found = this.#skip(repetition); found; found = this.#skip(repetition)) {
      const [sign, count] = found;
      // A `?` behind another repetition may make it lazy or optional; the latter claims less.
      if (sign !== '+') least = Math.min(least, Number(count ?? 0));
      if (sign !== '?' && this.#peek() === '?') this.#at++;
    }
    return least;
  }

  #skip(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.pattern) ?? undefined;
    if (found) this.#at += found[0].length;
    return found;
  }
}

/** Gathers characters that follow each other without a gap. */
class LiteralRun {
  readonly #literals: Literal[] = [];
  #text = '';
  #first = false;

  push(char: string): void {
    this.#text += char;
  }

  /** What follows stands at the beginning of the text. */
  anchor(): void {
    this.#first = true;
  }

  /** Something else comes next. */
  cut(): void {
    if (this.#text !== '') this.#literals.push({ text: this.#text, first: this.#first });
    this.#text = '';
    this.#first = false;
  }

  add(literals: readonly Literal[]): void {
    this.#literals.push(...literals);
  }

  end(): readonly Literal[] {
    this.cut();
    return this.#literals;
  }
}
