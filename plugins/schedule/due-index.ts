/** Something that comes due. */
export interface Due {
  /** Epoch ms. */
  readonly at: number;
}

/**
 * What comes due, the earliest first: a binary heap that knows where each entry lies, so that putting one and taking any
 * one away cost the logarithm of how many there are.
 */
export class DueIndex<Entry extends Due> {
  readonly #heap: Entry[] = [];
  readonly #places = new Map<Entry, number>();

  get size(): number {
    return this.#heap.length;
  }

  get first(): Entry | undefined {
    return this.#heap[0];
  }

  put(entry: Entry): void {
    if (this.#places.has(entry)) return;
    this.#heap.push(entry);
    this.#places.set(entry, this.#heap.length - 1);
    this.#rise(this.#heap.length - 1);
  }

  remove(entry: Entry): void {
    const place = this.#places.get(entry);
    if (place === undefined) return;
    const last = this.#heap.pop();
    this.#places.delete(entry);
    if (!last || last === entry) return;
    this.#set(place, last);
    this.#rise(place);
    this.#sink(this.#places.get(last) ?? place);
  }

  #rise(from: number): void {
    for (let place = from; place > 0;) {
      const parent = (place - 1) >> 1;
      if (!this.#isEarlier(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(from: number): void {
    for (let place = from; ;) {
      const left = 2 * place + 1;
      const child = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#isEarlier(child, place)) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    return (this.#heap[a]?.at ?? Infinity) < (this.#heap[b]?.at ?? Infinity);
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (!first || !second) return;
    this.#set(a, second);
    this.#set(b, first);
  }

  #set(place: number, entry: Entry): void {
    this.#heap[place] = entry;
    this.#places.set(entry, place);
  }
}
