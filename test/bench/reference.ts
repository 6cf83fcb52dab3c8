/*
 * What the machine can do at best: bare Fastify, raw better-sqlite3 with group commit, undici. One table for events,
 * one for runs; no routing, no templates, no validation, no retries, no log of attempts.
 *
 *   node test/bench/reference.ts PORT DATABASE RECEIVER-URL TOKEN
 */
import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import fastify from 'fastify';
import { Pool } from 'undici';

const [port, file = '', receiver = '', token] = process.argv.slice(2);

const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`
  CREATE TABLE event (id TEXT PRIMARY KEY, type TEXT, object TEXT, time INTEGER, data TEXT);
  CREATE TABLE run (id TEXT PRIMARY KEY, event_id TEXT, state TEXT, status INTEGER, finished_at INTEGER);
`);
const insertEvent = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?)');
const insertRun = db.prepare("INSERT INTO run VALUES (?, ?, 'pending', NULL, NULL)");
const settleRun = db.prepare('UPDATE run SET state = ?, status = ?, finished_at = ? WHERE id = ?');

/** Does together what has come together, in one transaction. */
function group<T>(write: (item: T) => void): (item: T) => Promise<void> {
  let waiting: { item: T; done: () => void }[] = [];
  const flush = db.transaction((items: typeof waiting) => {
    for (const { item } of items) write(item);
  });
  return (item) =>
    new Promise((done) => {
      waiting.push({ item, done });
      if (waiting.length > 1) return;
      setImmediate(() => {
        const items = waiting;
        waiting = [];
        flush(items);
        for (const each of items) each.done();
      });
    });
}

interface Event {
  readonly type: string;
  readonly object: string;
  readonly data: { readonly n: number; readonly sent: number };
}

const commit = group(({ id, runId, event }: { id: string; runId: string; event: Event }) => {
  insertEvent.run(id, event.type, event.object, Date.now(), JSON.stringify(event.data));
  insertRun.run(runId, id);
});
const settle = group(({ runId, status }: { runId: string; status: number }) => {
  settleRun.run(status < 300 ? 'succeeded' : 'failed', status, Date.now(), runId);
});

const url = new URL(receiver);
const pool = new Pool(url.origin, { connections: 64, pipelining: 1 });

async function deliver(runId: string, event: Event): Promise<void> {
  const response = await pool.request({
    method: 'POST',
    path: url.pathname,
    headers: { 'content-type': 'application/json', 'webhook-id': runId },
    body: JSON.stringify({ text: `${event.object} is on`, n: event.data.n, sent: event.data.sent }),
  });
  await response.body.text();
  await settle({ runId, status: response.statusCode });
}

const app = fastify();
app.post<{ Body: Event }>('/api/events', async (request, reply) => {
  if (request.headers.authorization !== `Bearer ${String(token)}`) return reply.code(401).send();
  const id = randomUUID();
  const runId = randomUUID();
  await commit({ id, runId, event: request.body });
  void deliver(runId, request.body);
  return reply.code(202).send({ id });
});
app.get('/health/ready', () => ({ status: 'ok' }));
await app.listen({ port: Number(port), host: '127.0.0.1' });
