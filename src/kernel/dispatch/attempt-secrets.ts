import { createRedactor, type Redact } from '../redaction/redactor.ts';

/** Takes secrets out of what is kept of an attempt: its target's, and those of objects that were looked up for it. */
export class AttemptSecrets {
  readonly #known = new Set<string>();
  #redact: Redact;

  constructor(ofTarget: Redact) {
    this.#redact = ofTarget;
  }

  readonly redact: Redact = (text) => this.#redact(text);

  learn(secrets: readonly string[]): void {
    const fresh = secrets.filter((secret) => !this.#known.has(secret));
    if (fresh.length === 0) return;
    for (const secret of fresh) this.#known.add(secret);
    const [before, more] = [this.#redact, createRedactor(fresh)];
    this.#redact = (text) => more(before(text));
  }
}
