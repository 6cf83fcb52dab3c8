import { RE2JS } from 're2js';
import { needsOf, type Literal, type Needs } from './pattern-needs.ts';

/** Which calls a route is about: its method and the regular expression of its URL. */
export class CallPattern {
  /** What the URL has to contain. */
  readonly needs: Needs;
  readonly #text: string;
  #compiled: RE2JS | undefined;

  /** `url` is a pattern that `patternProblem` has nothing against. */
  constructor(
    readonly method: string,
    url: string,
  ) {
    this.#text = RE2JS.translateRegExp(url);
    this.needs = needsOf(this.#text);
  }

  /** Whether a call is meant. `url` is path and query; `method` is in upper case. */
  fits(method: string, url: string): boolean {
    if (this.method !== 'ANY' && this.method !== method) return false;
    if (!this.needs.literals.every((literal) => contains(url, literal))) return false;
    // Of thousands of patterns most are never tried, and to compile one costs more than to try it.
    this.#compiled ??= RE2JS.compile(this.#text);
    return this.#compiled.test(url);
  }
}

function contains(url: string, { text, first }: Literal): boolean {
  return first ? url.startsWith(text) : url.includes(text);
}

/** Why a pattern cannot be used; undefined when it can. */
export function patternProblem(url: string): string | undefined {
  try {
    RE2JS.compile(RE2JS.translateRegExp(url));
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `cannot be used: ${reason}. Look-arounds and back-references are not supported (RE2 syntax)`;
  }
}
