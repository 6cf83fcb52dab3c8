import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CliError } from './cli-error.ts';

/** Asks the person at the terminal. */
export interface Prompt {
  ask(question: string): Promise<string>;
  /** Shows nothing of what is typed. */
  secret(question: string): Promise<string>;
}

/** The person who has started the process; undefined when it is a script. */
export function processPrompt(): Prompt | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return {
    ask: (question) => answerTo(question, process.stderr),
    async secret(question) {
      process.stderr.write(question);
      const answer = await answerTo('', silence());
      process.stderr.write('\n');
      return answer;
    },
  };
}

/** All of standard input. */
export function processInput(): Promise<string> {
  return text(process.stdin);
}

/** Takes what readline echoes and shows nothing of it. */
function silence(): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
}

async function answerTo(question: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const interrupted = new AbortController();
  lines.once('SIGINT', () => {
    interrupted.abort();
  });
  try {
    return await lines.question(question, { signal: interrupted.signal });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.stderr.write('\n');
    throw new CliError('stopped: nothing was done', { cause: error });
  } finally {
    lines.close();
  }
}
