export interface ExcerptOptions {
  /** Characters. */
  readonly longest: number;
  /** Which end of a longer text is kept. Default `start`. */
  readonly keep?: 'start' | 'end';
  /** The text was cut at its end before. Default false. */
  readonly truncated?: boolean;
  /** Replaced first. Those of one word need not be named. */
  readonly secrets?: readonly (string | undefined)[];
}

/** As secrets are shown everywhere else. */
const mask = '********';

/** In many other words, too. What is so short is no more than a word, and is never cut. */
const shortest = 4;

/**
 * What another system or program says, short enough for an error message or a result. Secrets are taken out of those later,
 * and half of one would not be recognised: so a cut, marked by "…", is made at white space only. Of one long word only its
 * length is told.
 */
export function excerpt(text: string, options: ExcerptOptions): string {
  const { longest, keep = 'start', truncated = false, secrets = [] } = options;
  const clean = masked(text, secrets);
  const whole = (truncated ? withoutLastWord(clean) : clean).trim();
  if (whole.length <= longest) return truncated && whole === '' ? lengthOf(text) : whole;
  // One character more tells whether the cut lies between two words.
  const cut =
    keep === 'start'
      ? withoutLastWord(whole.slice(0, longest + 1))
      : whole.slice(-longest - 1).replace(/^\S+/, '');
  const words = cut.trim();
  if (words === '') return lengthOf(whole);
  return keep === 'start' ? `${words} …` : `… ${words}`;
}

// A regular expression takes time by the square of the length of a word.
function withoutLastWord(text: string): string {
  let end = text.length;
  while (end > 0 && /\S/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function masked(text: string, secrets: readonly (string | undefined)[]): string {
  return secrets
    .filter((secret) => secret !== undefined && secret.length >= shortest)
    .toSorted((a = '', b = '') => b.length - a.length)
    .reduce((clean: string, secret = '') => clean.replaceAll(secret, mask), text);
}

function lengthOf(text: string): string {
  return text === '' ? '' : `(${String(text.length)} characters)`;
}
