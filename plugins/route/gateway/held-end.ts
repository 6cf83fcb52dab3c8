import { Transform, type TransformCallback } from 'node:stream';

interface HeldEndOptions {
  /** Told of each piece that passes. */
  readonly saw: (chunk: Buffer) => void;
  /** Waited for before the end; must not reject. */
  readonly settled: () => Promise<unknown>;
  /** How many bytes are announced; undefined when nobody knows. */
  readonly announced: number | undefined;
}

/**
 * Lets a body through, but keeps its end until something has settled. Whoever reads a body of a known length takes it
 * for complete at its last byte, so the piece with that byte is kept as well.
 */
export class HeldEnd extends Transform {
  readonly #options: HeldEndOptions;
  #seen = 0;
  #held: Buffer[] = [];

  constructor(options: HeldEndOptions) {
    super();
    this.#options = options;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const { saw, announced = Infinity } = this.#options;
    saw(chunk);
    this.#seen += chunk.length;
    if (this.#seen < announced) {
      done(null, chunk);
    } else {
      this.#held.push(chunk);
      done();
    }
  }

  override _flush(done: TransformCallback): void {
    void this.#options.settled().then(() => {
      done(null, this.#held.length > 0 ? Buffer.concat(this.#held) : undefined);
    });
  }
}
