import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8 * 512);
let used = pool.length;
let lastTime = 0;
let counter = 0;

/**
 * A new UUIDv7 (RFC 9562): ordered by time, and within a millisecond by a counter in `rand_a` (section 6.2, method 1),
 * so that ids of one process sort as they were made.
 *
 * Own code, since it stands on the hot path twice for each event: random bytes are drawn for 512 ids at a time, which
 * costs a tenth of drawing them for each.
 */
export function newId(): string {
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    // The clock stands or was set back: ids run ahead of it rather than out of order.
    lastTime++;
    counter = 0;
  }
  const time = lastTime.toString(16).padStart(12, '0');
  const tail = randomTail();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** 16 hexadecimal digits, the first of them the variant of RFC 9562. */
function randomTail(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool[used] = ((pool[used] ?? 0) & 0x3f) | 0x80;
  used += 8;
  return pool.toString('hex', used - 8, used);
}
