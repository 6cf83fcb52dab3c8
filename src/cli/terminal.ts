import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Where lines go: standard output or standard error, or a test. */
export interface Channel {
  line(text: string): void;
  /** Colours the text if the channel shows colours. */
  paint(style: Style, text: string): string;
  /** Columns; undefined if nobody looks at it and lines may be of any length. */
  readonly width: number | undefined;
}

export interface Terminal {
  readonly out: Channel;
  readonly err: Channel;
}

/** The terminal, file or pipe that the process was started on. */
export function processTerminal(): Terminal {
  // The reader of a pipe (`signalbox runs | head`) may leave before the end. That is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return { out: channelOf(process.stdout), err: channelOf(process.stderr) };
}

function channelOf(stream: NodeJS.WriteStream): Channel {
  // hasColors() knows NO_COLOR, FORCE_COLOR and dumb terminals.
  const colours = stream.isTTY && stream.hasColors();
  return {
    line: (text) => void stream.write(`${text}\n`),
    paint: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
    width: stream.isTTY ? stream.columns : undefined,
  };
}

/** Names and messages come from elsewhere: what moves the cursor or turns the direction of text must not reach it. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
