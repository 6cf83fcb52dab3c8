import { dirname } from 'node:path';
import type { LineCounter } from 'yaml';
import type { ConfigFile } from './config-files.ts';
import type { Location } from './problem.ts';

interface Stretch {
  readonly file: ConfigFile;
  readonly lines: LineCounter;
  /** Offset of its first character. */
  readonly base: number;
}

/** The texts that a configuration was read from, one behind another: an offset tells the file, too. */
export class SourceText {
  readonly #stretches: Stretch[] = [];

  /** Gives what has to be added to an offset in this file. */
  add(file: ConfigFile, lines: LineCounter): number {
    const last = this.#stretches.at(-1);
    // One apart, so that the end of a file is not the beginning of the next.
    const base = last ? last.base + last.file.text.length + 1 : 0;
    this.#stretches.push({ file, lines, base });
    return base;
  }

  place(offset: number): Location | undefined {
    const found = this.#at(offset);
    if (!found) return undefined;
    const { line, col } = found.lines.linePos(offset - found.base);
    return { file: found.file.name, line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** The folder of the file that it lies in. */
  dirOf(offset: number): string | undefined {
    const found = this.#at(offset);
    return found && dirname(found.file.path);
  }

  #at(offset: number): Stretch | undefined {
    return this.#stretches.findLast(({ base }) => base <= offset);
  }
}
