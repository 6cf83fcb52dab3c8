import type { SqliteHandle } from './sqlite-handle.ts';

/** One caller's part of a transaction. */
interface Piece {
  run(handle: SqliteHandle): void;
  succeed(): void;
  fail(error: unknown): void;
}

/**
 * Lets all that is asked for while the connection is busy share the next transaction, and so its fsync: under load, new
 * events and old outcomes. When it fails, each piece gets one of its own, and is run a second time.
 */
export class SharedTransaction {
  #pieces: Piece[] = [];

  /** `write` runs its work in one transaction, when the connection is free. */
  constructor(private readonly write: (work: (handle: SqliteHandle) => void) => Promise<void>) {}

  run<T>(work: (handle: SqliteHandle) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pieces.push(pieceOf(work, { resolve, reject }));
      if (this.#pieces.length === 1) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    let pieces: Piece[] = [];
    try {
      await this.write((handle) => {
        pieces = this.#pieces.splice(0);
        for (const piece of pieces) piece.run(handle);
      });
      for (const piece of pieces) piece.succeed();
    } catch (error) {
      // It may have failed before it began.
      if (pieces.length === 0) pieces = this.#pieces.splice(0);
      if (pieces.length === 1) pieces[0]?.fail(error);
      else await this.#writeOneByOne(pieces);
    }
  }

  /** One of them has spoilt it for all. */
  async #writeOneByOne(pieces: readonly Piece[]): Promise<void> {
    for (const piece of pieces) {
      try {
        await this.write((handle) => {
          piece.run(handle);
        });
        piece.succeed();
      } catch (error) {
        piece.fail(error);
      }
    }
  }
}

function pieceOf<T>(
  work: (handle: SqliteHandle) => T,
  { resolve, reject }: { readonly resolve: (result: T) => void; readonly reject: (error: unknown) => void },
): Piece {
  let result: T;
  return {
    run: (handle) => {
      result = work(handle);
    },
    succeed: () => {
      resolve(result);
    },
    fail: reject,
  };
}
