import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run-program.ts';

const size = '96m';
const block = Buffer.alloc(64 * 1024);

/** A disk of its own, small enough to be filled. */
export class SmallDisk implements Disposable {
  readonly data = mkdtempSync(join(tmpdir(), 'signalbox-small-'));
  readonly #filler = join(this.data, 'filler');

  /** Throws when this user must not mount. */
  constructor() {
    try {
      run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', this.data]);
    } catch (error) {
      rmdirSync(this.data);
      throw error;
    }
  }

  /** Leaves room for so many bytes. */
  fill(free: number): void {
    this.free();
    const { bavail, bsize } = statfsSync(this.data);
    const filler = openSync(this.#filler, 'w');
    try {
      for (let left = bavail * bsize - free; left > 0; left -= block.length)
        writeSync(filler, block, 0, Math.min(left, block.length));
    } catch {
      // Somebody else was quicker; it is full all the same.
    } finally {
      closeSync(filler);
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  [Symbol.dispose](): void {
    run('umount', [this.data]);
    rmdirSync(this.data);
  }
}
