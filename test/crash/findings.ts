/** More of one kind say nothing new. */
const shown = 3;

/** All that was not as promised. */
export class Findings {
  readonly #byKind = new Map<string, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    this.#count++;
    const kind = kindOf(text);
    const count = (this.#byKind.get(kind) ?? 0) + 1;
    this.#byKind.set(kind, count);
    if (count <= shown) console.log(`  BROKEN PROMISE: ${text}`);
  }

  /** Every kind, with how often it came. */
  print(): void {
    for (const [kind, count] of this.#byKind) console.log(`  ${count} × ${kind}`);
  }
}

/** The same for all texts that differ in ids and numbers only. */
function kindOf(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…').replaceAll(/\d+/g, 'N');
}
