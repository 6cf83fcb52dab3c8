import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Findings } from './findings.ts';
import type { Random } from './random.ts';

interface Message {
  readonly n: number;
  /** Id of the stored event. */
  readonly event: string;
  readonly task: string;
}

/** All that came for one run. */
export interface Delivery extends Message {
  /** Key of the webhook. */
  readonly target: string;
  requests: number;
  /** Requests that were answered with 200. */
  taken: number;
}

/** The receivers outside: what came is kept here, whatever happens to Signalbox. */
export class Deliveries implements AsyncDisposable {
  /** By webhook-id, which is the id of the run. */
  readonly byRun = new Map<string, Delivery>();
  readonly #runOf = new Map<string, string>();
  readonly #server = createServer((request, response) => {
    // A sender that is killed leaves requests half-way.
    this.#receive(request, response).catch(() => response.destroy());
  });
  /** Requests for runs that were taken before: repeated after a crash. */
  repeated = 0;

  private constructor(
    private readonly findings: Findings,
    private readonly random: Random,
  ) {}

  static async listen(findings: Findings, random: Random): Promise<Deliveries> {
    const deliveries = new Deliveries(findings, random);
    deliveries.#server.listen(0, '127.0.0.1');
    await once(deliveries.#server, 'listening');
    return deliveries;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get taken(): number {
    let count = 0;
    for (const { taken } of this.byRun.values()) if (taken > 0) count++;
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = (request.url ?? '').slice(1);
    const message = JSON.parse(Buffer.concat(chunks).toString()) as Message;
    const delivery = this.#note(String(request.headers['webhook-id']), message, target);
    if (target === 'slow') await sleep(this.random.between(100, 400));
    if (target === 'flaky' && this.random.chance(0.02)) {
      response.destroy();
      return;
    }
    if (target === 'flaky' && this.random.chance(1 / 3)) {
      response.writeHead(503).end('later');
      return;
    }
    if (delivery.taken++ > 0) this.repeated++;
    response.end('ok');
  }

  #note(runId: string, { n, event, task }: Message, target: string): Delivery {
    const cause = `event ${n} for ${task} on ${target}`;
    const known = this.#runOf.get(cause);
    if (known !== undefined && known !== runId)
      this.findings.add(`${cause} came as ${known} and as ${runId}`);
    this.#runOf.set(cause, runId);
    let delivery = this.byRun.get(runId);
    if (!delivery) this.byRun.set(runId, (delivery = { n, event, task, target, requests: 0, taken: 0 }));
    if (delivery.n !== n || delivery.event !== event || delivery.target !== target)
      this.findings.add(`run ${runId} came with two messages: events ${delivery.n} and ${n}`);
    delivery.requests++;
    return delivery;
  }
}
