import { BehaviorSubject, type Observable } from 'rxjs';
import type { ExtensionPoint } from './extension.ts';

type Offers = ReadonlyMap<string, unknown>;

/** All that is offered at all extension points. */
export class ExtensionSet {
  // By name: whoever brings a second copy of a point's module still means the same one.
  readonly #points = new Map<string, BehaviorSubject<Offers>>();

  /** Gives a function that takes the offer back. Throws when the name is taken. */
  add<T>({ name: point }: ExtensionPoint<T>, name: string, implementation: T): () => void {
    const offers = this.#at(point);
    if (offers.value.has(name)) throw new Error(`"${name}" is offered at ${point} already`);
    offers.next(sorted([...offers.value, [name, implementation]]));
    return () => {
      if (offers.value.get(name) !== implementation) return;
      offers.next(sorted([...offers.value].filter(([other]) => other !== name)));
    };
  }

  /** By name, in the order of the names; the same map until it changes. */
  at<T>({ name }: ExtensionPoint<T>): ReadonlyMap<string, T> {
    return this.#at(name).value as ReadonlyMap<string, T>;
  }

  /** What is offered now, then each time that it changes. */
  watch<T>({ name }: ExtensionPoint<T>): Observable<ReadonlyMap<string, T>> {
    return this.#at(name) as Observable<ReadonlyMap<string, unknown>> as Observable<ReadonlyMap<string, T>>;
  }

  #at(point: string): BehaviorSubject<Offers> {
    let offers = this.#points.get(point);
    if (!offers) this.#points.set(point, (offers = new BehaviorSubject<Offers>(new Map())));
    return offers;
  }
}

function sorted(offers: readonly (readonly [string, unknown])[]): Offers {
  return new Map([...offers].sort(([a], [b]) => (a < b ? -1 : 1)));
}
