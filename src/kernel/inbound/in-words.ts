import { issueText } from '../../domain/issue-text.ts';
import { z } from '../../sdk/index.ts';

/**
 * Runs work, not async, in which plugins parse by schemas of their own: what does not fit is said in the same words as
 * everywhere in Signalbox. Messages that a schema brings itself go first.
 */
export function inWords<T>(work: () => T): T {
  const { customError } = z.config();
  z.config({ customError: issueText });
  try {
    return work();
  } finally {
    z.config({ customError });
  }
}
