import { setTimeout as sleep } from 'node:timers/promises';
import type { Tally } from './audit.ts';
import { checkRound } from './check-round.ts';
import { onceResources, switchResources } from './configuration.ts';
import type { Load } from './load.ts';
import { seconds, summary } from './progress.ts';
import type { Rig } from './rig.ts';
import { settle } from './settle.ts';

/** How a round ends. */
type Ending =
  /** Killed while it works. */
  | 'under load'
  /** Killed before it is ready, perhaps while it recovers from the last kill. */
  | 'at start'
  /** Killed while it stops. */
  | 'stopping'
  /** Killed right after a target was switched on for which runs wait. */
  | 'switched on'
  /** Stopped, not killed. */
  | 'in peace';

const endings: readonly [Ending, ...Ending[]] = [
  'under load',
  'under load',
  'under load',
  'at start',
  'stopping',
  'switched on',
];

const switchPath = '/api/objects/webhook/switch';

export interface KillOptions {
  readonly rounds: number;
  /** What happens to the data between the end of a process and the next start. */
  readonly between?: () => void;
}

/** Start, load, kill -9 at a random moment, start again on what is left. */
export class KillRounds {
  /** Sent in the round before; to be looked for after the next start. */
  #last: { readonly load: Load; readonly since: Date } | undefined;

  constructor(
    private readonly rig: Rig,
    private readonly options: KillOptions,
  ) {}

  /** Resolves to what came of all events. */
  async play(): Promise<Tally> {
    const { rig, options } = this;
    await firstStart(rig);
    for (let round = 1; round <= options.rounds; round++) {
      const text = await this.#playRound(round);
      console.log(`  round ${String(round).padStart(2)}  ${text}  ${summary(rig)}`);
      options.between?.();
    }
    await rig.start();
    await this.#checkLast();
    await rig.api.write('PATCH', switchPath, { enabled: true });
    return settle(rig);
  }

  async #playRound(round: number): Promise<string> {
    const { rig } = this;
    const ending = round % 10 === 0 ? 'in peace' : rig.random.pick(endings);
    const begun = performance.now();
    const server = rig.spawn();
    if (ending === 'at start') {
      await Promise.race([sleep(rig.random.between(100, 2_000)), server.ready()]);
      rig.checkAlive();
      await server.kill();
      return `killed after ${seconds(performance.now() - begun)}, at its start`;
    }
    if (!(await server.ready())) throw new Error(`the server did not start; it ${server.epitaph}`);
    const readyAfter = seconds(performance.now() - begun);
    await this.#checkLast();
    const workedFor = await this.#work(round, ending);
    return `ready after ${readyAfter}, ${ending} after ${workedFor}`;
  }

  async #work(round: number, ending: Ending): Promise<string> {
    const { rig } = this;
    const since = new Date(Date.now() - 1_000);
    const load = rig.load();
    this.#last = { load, since };
    await this.#prepare(load, { round, ending });
    const begun = performance.now();
    await sleep(rig.random.between(50, 1_500));
    rig.checkAlive();
    await this.#end(ending);
    const worked = seconds(performance.now() - begun);
    await load.stop();
    return worked;
  }

  /** Adds events with a special fate to the load. */
  async #prepare(load: Load, { round, ending }: { round: number; ending: Ending }): Promise<void> {
    const { api, random } = this.rig;
    if (ending === 'switched on') {
      await api.write('PATCH', switchPath, { enabled: false });
      load.objects = ['switched', 'plain'];
    } else if (random.chance(0.5)) {
      const id = `once-${round}`;
      for (const [path, body] of onceResources(id)) await api.write('PUT', path, body);
      load.objects = [...load.objects, id];
    }
  }

  async #end(ending: Ending): Promise<void> {
    const { api, random, server } = this.rig;
    if (ending === 'switched on') {
      const answered = api.write('PATCH', switchPath, { enabled: true });
      await (random.chance(0.5) ? answered : sleep(random.between(0, 15)));
      await sleep(random.between(0, 10));
    }
    if (ending === 'stopping') {
      server.terminate();
      await sleep(random.between(0, 600));
    }
    if (ending === 'in peace') await this.#stop();
    else await server.kill();
  }

  async #stop(): Promise<void> {
    const code = await this.rig.server.stop();
    if (code !== 0) this.rig.findings.add(`the server was asked to stop and ${this.rig.server.epitaph}`);
  }

  async #checkLast(): Promise<void> {
    if (this.#last) await checkRound(this.rig, this.#last.load, this.#last.since);
    this.#last = undefined;
  }
}

/** While there are no tables yet; then what the configuration file does not hold is made through the API. */
async function firstStart(rig: Rig): Promise<void> {
  for (let tries = 0; tries < 4; tries++) {
    const server = rig.spawn();
    await sleep(rig.random.between(300, 1_500));
    rig.checkAlive();
    await server.kill();
  }
  const server = await rig.start();
  for (const [path, body] of switchResources(rig.deliveries.url)) await rig.api.write('PUT', path, body);
  await server.stop();
}
