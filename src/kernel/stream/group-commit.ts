import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Gathers what arrives while the last group is being worked on (and within the same turn of the event loop when
 * idle), and works on one group at a time: a hundred items that come together cost one fsync.
 *
 * `work` must not reject; errors belong to the items. The result completes once the source has completed and all
 * groups are done.
 */
export function groupCommit<T, R>(options: {
  readonly maxSize: number;
  readonly work: (group: readonly T[]) => Promise<R>;
}): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      let waiting: T[] = [];
      let busy = false;
      let ended = false;

      const run = (): void => {
        const group = waiting.length > options.maxSize ? waiting.splice(0, options.maxSize) : waiting;
        if (group === waiting) waiting = [];
        options.work(group).then(
          (result) => {
            subscriber.next(result);
            next();
          },
          (error: unknown) => {
            subscriber.error(error);
          },
        );
      };
      const next = (): void => {
        if (waiting.length > 0) setImmediate(run);
        else {
          busy = false;
          if (ended) subscriber.complete();
        }
      };

      return source.subscribe({
        next: (item) => {
          waiting.push(item);
          if (busy) return;
          busy = true;
          // What the sockets still hold in this turn joins the group.
          setImmediate(run);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          ended = true;
          if (!busy) subscriber.complete();
        },
      });
    });
}
