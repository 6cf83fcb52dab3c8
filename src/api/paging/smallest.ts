/** The smallest of many, as many as asked for. What is kept is sorted now and then, not with each that comes. */
export class Smallest<T> {
  #kept: T[] = [];
  #bound: T | undefined;

  constructor(
    private readonly count: number,
    private readonly compare: (a: T, b: T) => number,
  ) {}

  /** What is not below it is none of the smallest. */
  get bound(): T | undefined {
    return this.#bound;
  }

  /** Whether it could still be one of them. */
  takes(item: T): boolean {
    return this.#bound === undefined || this.compare(item, this.#bound) < 0;
  }

  add(item: T): void {
    this.#kept.push(item);
    if (this.#kept.length >= 2 * this.count) this.#trim();
  }

  sorted(): readonly T[] {
    this.#trim();
    return this.#kept;
  }

  #trim(): void {
    this.#kept = this.#kept.sort(this.compare).slice(0, this.count);
    if (this.#kept.length === this.count) this.#bound = this.#kept.at(-1);
  }
}
