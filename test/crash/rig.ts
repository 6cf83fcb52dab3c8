import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './api.ts';
import { configuration } from './configuration.ts';
import { Deliveries } from './deliveries.ts';
import type { Findings } from './findings.ts';
import { Ledger } from './ledger.ts';
import { Load, type LoadOptions } from './load.ts';
import type { Random } from './random.ts';
import { Server } from './server.ts';

export interface RigOptions {
  readonly findings: Findings;
  readonly random: Random;
  /** Default: a folder of the rig's own. */
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const appender = join(import.meta.dirname, '../fixtures/plugins/appender');

/** One Signalbox on lasting data, started again and again, and all that stands outside of it. */
export class Rig implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'signalbox-crash-'));
  readonly appendedFile = join(this.folder, 'appended');
  readonly log = join(this.folder, 'server.log');
  readonly data: string;
  readonly ledger: Ledger;
  readonly api: Api;
  readonly url: string;
  #server: Server | undefined;
  readonly #loads: Load[] = [];

  private constructor(
    private readonly options: RigOptions,
    readonly deliveries: Deliveries,
    private readonly port: number,
  ) {
    this.data = options.data ?? join(this.folder, 'data');
    this.ledger = new Ledger(options.findings);
    this.url = `http://127.0.0.1:${port}`;
    this.api = new Api(this.url, options.findings);
    writeFileSync(this.appendedFile, '');
    writeFileSync(this.log, '');
  }

  static async create(options: RigOptions): Promise<Rig> {
    const deliveries = await Deliveries.listen(options.findings, options.random);
    return new Rig(options, deliveries, await quietPort());
  }

  get findings(): Findings {
    return this.options.findings;
  }

  get random(): Random {
    return this.options.random;
  }

  get server(): Server {
    if (!this.#server) throw new Error('no server has been started');
    return this.#server;
  }

  /** Begins to start one, with other limits each time. */
  spawn(env: Readonly<Record<string, string>> = {}): Server {
    const config = join(this.folder, 'signalbox.yaml');
    mkdirSync(this.data, { recursive: true });
    const { appendedFile, random, deliveries } = this;
    // With little memory most runs are read back from the disk.
    const limits = random.chance(0.5) ? { memoryRuns: 200, memoryRunsPerTarget: 20 } : {};
    writeFileSync(config, configuration({ receiverUrl: deliveries.url, appender, appendedFile, limits }));
    const { data, port, log } = this;
    this.#server = new Server({ config, data, port, log, env: { ...this.options.env, ...env } });
    return this.#server;
  }

  /** Resolves when events are taken. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<Server> {
    const server = this.spawn(env);
    if (!(await server.ready())) throw new Error(`the server did not start; it ${server.epitaph}`);
    return server;
  }

  load(options: Partial<LoadOptions> = {}): Load {
    const { url, ledger, findings, random } = this;
    const load = new Load({ url, ledger, findings, random, ...options });
    this.#loads.push(load);
    return load;
  }

  /** Tells of a server that ended without being told to. */
  checkAlive(): void {
    if (this.server.hasDied) this.findings.add(`the server ${this.server.epitaph}`);
  }

  /** Resolves when no run is pending or running any more, or to false when nothing has moved for so long. */
  async drained(patienceMs = 40_000): Promise<boolean> {
    let [before, since] = [-1, Date.now()];
    while (Date.now() - since < patienceMs) {
      // What was held of a target that is well again goes out in portions.
      const waits = ['state=pending,running', 'state=held&reason=target_disabled'];
      const open = await Promise.all(waits.map((query) => this.api.has(query)));
      if (!open.includes(true)) return true;
      const { taken } = this.deliveries;
      if (taken !== before) since = Date.now();
      before = taken;
      await sleep(200);
    }
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.kill();
    await Promise.all(this.#loads.map((load) => load.stop()));
    await this.deliveries[Symbol.asyncDispose]();
    if (this.findings.count === 0) rmSync(this.folder, { recursive: true, force: true });
    else if (existsSync(this.folder)) console.log(`  kept for a closer look: ${this.folder}`);
  }
}

/** Below the ports that the system itself gives out, so that nobody takes it while the server is down. */
async function quietPort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(20_000, 30_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]);
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no free port was found');
}
