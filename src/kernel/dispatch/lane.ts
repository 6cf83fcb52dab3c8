import type { QueuedRun } from '../ports.ts';

/**
 * The runs of one target. A slow or dead target fills its own lane and nobody else's.
 */
export class Lane {
  /** Ready, the oldest first. */
  readonly ready: QueuedRun[] = [];
  /** At work. */
  active = 0;
  /** Runs at one time, as the target's policy last said. */
  limit = 1;
  /** In memory: ready, at work, or ended but not yet on disk. The database still calls them pending. */
  held = 0;
  #hasMore = false;
  #paging = false;
  #moreWhilePaging = false;
  readonly #endedWhilePaging = new Set<string>();

  constructor(readonly target: string) {}

  /** The database may have ready runs that memory does not hold. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  get idle(): boolean {
    return this.held === 0 && this.active === 0 && !this.#hasMore && !this.#paging;
  }

  get wantsPage(): boolean {
    return this.#hasMore && !this.#paging && this.ready.length < this.limit;
  }

  markMore(): void {
    this.#hasMore = true;
    if (this.#paging) this.#moreWhilePaging = true;
  }

  /** From the wish for a page on; once more when the disk is asked, for what came before that is in the page. */
  beginPaging(): void {
    this.#paging = true;
    this.#moreWhilePaging = false;
    this.#endedWhilePaging.clear();
  }

  /** `complete`: the page held all that the database had when it was read. */
  endPaging({ complete }: { readonly complete: boolean }): void {
    this.#paging = false;
    this.#hasMore = !complete || this.#moreWhilePaging;
    this.#endedWhilePaging.clear();
  }

  /** The outcome is on disk. A page that is being read may still show the run as pending. */
  ended(runId: string): void {
    this.held--;
    if (this.#paging) this.#endedWhilePaging.add(runId);
  }

  hasEndedWhilePaging(runId: string): boolean {
    return this.#endedWhilePaging.has(runId);
  }
}
