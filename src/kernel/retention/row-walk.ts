import type { GrowingTable, RetentionPort, Stretch } from '../ports.ts';

/** Rows that are counted at one time: it only reads. */
const countRows = 10_000;
/** Rows of one transaction: it takes about 5 ms, and ingest waits so long at most. */
const pruneRows = 500;

/** Does one piece of the work, and lets others have their turn before it resolves. */
export type Pace = <T>(piece: () => Promise<T>) => Promise<T>;

export interface RowLimits {
  readonly rows: number;
  /** Epoch ms. */
  readonly before: number;
}

/**
 * Goes over the rows of one table from the oldest on, once, and deletes what may go of the rows that are too old or too
 * many. It remembers how far it came and how many rows follow, so that the next time only new rows are looked at.
 */
export class RowWalk {
  /** Rows up to here have been gone over. */
  #done = '';
  /** Those after them are counted up to here. */
  #counted = '';
  #rows = 0;

  constructor(
    private readonly table: GrowingTable,
    private readonly storage: RetentionPort,
    private readonly pace: Pace,
  ) {}

  /** How many rows were deleted. */
  async prune({ rows, before }: RowLimits): Promise<number> {
    await this.#count();
    const aged = await this.#pruneAll(() => ({ before, limit: pruneRows }));
    return aged + (await this.#pruneAll(() => ({ limit: Math.min(this.#rows - rows, pruneRows) })));
  }

  async #count(): Promise<void> {
    for (let end = false; !end;) {
      const stretch = { after: this.#counted, limit: countRows };
      const walked = await this.pace(() => this.storage.count(this.table, stretch));
      this.#counted = walked.last;
      this.#rows += walked.rows;
      end = walked.rows < countRows;
    }
  }

  async #pruneAll(next: () => Omit<Stretch, 'after'> & { readonly before?: number }): Promise<number> {
    let deleted = 0;
    for (let stretch = next(); stretch.limit > 0; stretch = next()) {
      const walked = await this.pace(() => this.#pruneOne(stretch));
      deleted += walked.deleted;
      if (walked.rows < stretch.limit) break;
    }
    return deleted;
  }

  async #pruneOne(stretch: { readonly limit: number; readonly before?: number }) {
    const walked = await this.storage.prune(this.table, { ...stretch, after: this.#done });
    this.#done = walked.last;
    this.#rows -= walked.rows;
    return walked;
  }
}
