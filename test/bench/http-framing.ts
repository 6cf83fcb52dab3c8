/**
 * Cuts a byte stream into HTTP/1.1 messages with a Content-Length. Just enough for the bench's own two ends, which
 * have to cost far less than what they measure.
 */
export class HttpFraming {
  #pending: Buffer = Buffer.alloc(0);

  /** Calls `onMessage` for each whole message in what has arrived so far. */
  push(chunk: Buffer, onMessage: (head: string, body: Buffer) => void): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const headEnd = this.#pending.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = this.#pending.toString('latin1', 0, headEnd);
      const end = headEnd + 4 + contentLength(head);
      if (this.#pending.length < end) return;
      const body = this.#pending.subarray(headEnd + 4, end);
      this.#pending = this.#pending.subarray(end);
      onMessage(head, body);
    }
  }
}

function contentLength(head: string): number {
  const match = /content-length: *(\d+)/i.exec(head);
  return match ? Number(match[1]) : 0;
}
