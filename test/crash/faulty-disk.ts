import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';
import { run } from './run-program.ts';

const pageSize = 4_096;

/** A folder whose disk can fail to sync and can lose its power. */
export class FaultyDisk {
  readonly #flag: string;
  readonly #disk: string;
  readonly #library: string;
  readonly #data: string;

  /** Throws when nothing here compiles C. */
  constructor(folder: string) {
    this.#flag = join(folder, 'fault');
    this.#disk = join(folder, 'disk');
    this.#library = join(folder, 'fsync-fault.so');
    mkdirSync(join(folder, 'data'));
    mkdirSync(this.#disk);
    this.#data = realpathSync(join(folder, 'data'));
    const source = join(import.meta.dirname, 'fsync-fault.c');
    run('cc', ['-shared', '-fPIC', '-O2', '-o', this.#library, source, '-ldl', '-lpthread']);
  }

  get data(): string {
    return this.#data;
  }

  /** For a process whose disk this is. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: this.#library,
      FAULT_FOLDER: this.#data,
      FAULT_DISK: this.#disk,
      FAULT_FLAG: this.#flag,
    };
  }

  /** From now on so many of a hundred syncs fail, and so many of a hundred reads and writes. */
  fail(syncs: number, transfers = 0): void {
    writeFileSync(this.#flag, `${syncs} ${transfers}`);
  }

  heal(): void {
    rmSync(this.#flag, { force: true });
  }

  /**
   * Leaves in the folder what a power cut would: what was synced, and of the rest whatever happened to be written
   * already. Nobody may have the files open.
   */
  cutPower(random: Random): void {
    const written = random.pick([0, 0, 0.5, 0.95]);
    for (const name of readdirSync(this.#data)) {
      const copy = join(this.#disk, name);
      const synced = existsSync(copy) ? readFileSync(copy) : Buffer.alloc(0);
      const left = blend(synced, readFileSync(join(this.#data, name)), () => random.chance(written));
      writeFileSync(join(this.#data, name), left);
      writeFileSync(copy, left);
      rmSync(`${copy}.dirty`, { force: true });
    }
  }
}

/** The synced content with some of the pages that were written after it. */
function blend(synced: Buffer, written: Buffer, isThere: () => boolean): Buffer {
  const pages: Buffer[] = [];
  for (let at = 0; at < Math.max(synced.length, written.length); at += pageSize) {
    const [old, young] = [synced.subarray(at, at + pageSize), written.subarray(at, at + pageSize)];
    const takes = young.length >= old.length && !old.equals(young) && isThere();
    const page = takes ? young : old;
    // A page that is missing between others reads as zeros.
    pages.push(page.length === 0 ? Buffer.alloc(pageSize) : page);
  }
  const all = Buffer.concat(pages);
  return all.subarray(0, Math.max(synced.length, lastByte(all)));
}

function lastByte(buffer: Buffer): number {
  let length = buffer.length;
  while (length > 0 && buffer[length - 1] === 0) length--;
  return length;
}
