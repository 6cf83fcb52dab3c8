import { createRedactor, type Redact } from './redactor.ts';

/** So many new secrets are looked for by themselves before all are put together again, which takes long for thousands. */
const mostApart = 100;
/** A secret that was replaced may still be on its way, ms. */
const keepMs = 10 * 60_000;

/** Takes secrets out of texts while some come and others go. */
export class GrowingRedactor {
  #current: ReadonlySet<string> = new Set();
  #together: ReadonlySet<string> = new Set();
  readonly #apart = new Set<string>();
  /** When they were there last, epoch ms. */
  readonly #gone = new Map<string, number>();
  #redactTogether: Redact;
  #redactApart: Redact;

  /** `create` makes a redactor of a list. */
  constructor(private readonly create: (secrets: readonly string[]) => Redact = createRedactor) {
    this.#redactTogether = this.#redactApart = create([]);
  }

  readonly redact: Redact = (text) => this.#redactTogether(this.#redactApart(text));

  /** These are the secrets now. Those of before are taken out for some minutes yet, at the least. */
  update(secrets: ReadonlySet<string>, now = Date.now()): void {
    for (const secret of this.#current) if (!secrets.has(secret)) this.#gone.set(secret, now);
    this.#current = secrets;
    const fresh = [...secrets].filter((one) => !this.#together.has(one) && !this.#apart.has(one));
    if (fresh.length === 0) return;
    if (this.#apart.size + fresh.length > mostApart || fresh.some((one) => this.#overlaps(one))) {
      this.#putTogether(now);
      return;
    }
    for (const secret of fresh) this.#apart.add(secret);
    this.#redactApart = this.create([...this.#apart]);
  }

  #putTogether(now: number): void {
    for (const [secret, at] of this.#gone) if (now - at > keepMs) this.#gone.delete(secret);
    this.#together = new Set([...this.#current, ...this.#gone.keys()]);
    this.#apart.clear();
    this.#redactTogether = this.create([...this.#together]);
    this.#redactApart = this.create([]);
  }

  /** One within the other: whichever is taken out first would leave a rest of the other. */
  #overlaps(secret: string): boolean {
    const within = (other: string): boolean => other.includes(secret) || secret.includes(other);
    return [...this.#together].some(within) || [...this.#apart].some(within);
  }
}
