import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from './audit.ts';
import { checkRound } from './check-round.ts';
import { dieDuringFault, sufferFault, type Fault } from './fault-rounds.ts';
import { FaultyDisk } from './faulty-disk.ts';
import type { Findings } from './findings.ts';
import { KillRounds } from './kill-rounds.ts';
import { BrittlePostgres } from './postgres.ts';
import type { Random } from './random.ts';
import { Rig } from './rig.ts';
import { settle } from './settle.ts';
import { SmallDisk } from './small-disk.ts';

export interface ScenarioOptions {
  /** Of kill -9. */
  readonly rounds: number;
  readonly random: Random;
  readonly findings: Findings;
}

/** Plays it, or resolves to the reason why it cannot be played here. */
type Play = (options: ScenarioOptions) => Promise<Result | string>;

const kill: Play = async ({ rounds, ...options }) => {
  await using rig = await Rig.create(options);
  return { rounds, ...(await new KillRounds(rig, { rounds }).play()) };
};

const power: Play = ({ rounds, ...options }) =>
  withFaultyDisk(async (disk) => {
    await using rig = await Rig.create({ ...options, data: disk.data, env: disk.env });
    const between = (): void => {
      disk.cutPower(options.random);
    };
    return { rounds, ...(await new KillRounds(rig, { rounds, between }).play()) };
  });

const fsync: Play = (options) =>
  withFaultyDisk(async (disk) => {
    await using rig = await Rig.create({ ...options, data: disk.data, env: disk.env });
    const failing = (syncs: number, transfers = 0): Fault => ({
      name: `${syncs} % of the syncs fail${transfers > 0 ? ` and ${transfers} % of all else` : ''}`,
      ms: 2_500,
      total: syncs === 100,
      begin: () => {
        disk.fail(syncs, transfers);
      },
      end: () => {
        disk.heal();
      },
    });
    const between = (): void => {
      disk.cutPower(options.random);
    };
    await rig.start();
    return await play(rig, [
      () => sufferFault(rig, failing(100)),
      () => sufferFault(rig, failing(30)),
      () => sufferFault(rig, failing(30, 20)),
      () => die(rig, failing(100)),
      () => die(rig, failing(100), between),
      () => die(rig, failing(30), between),
      () => die(rig, failing(30, 20), between),
      () => sufferFault(rig, failing(100, 50)),
      () => die(rig, failing(30), between),
      () => die(rig, failing(60, 20), between),
      () => die(rig, failing(100), between),
    ]);
  });

const disk: Play = async (options) => {
  let small: SmallDisk;
  try {
    small = new SmallDisk();
  } catch (error) {
    return `a small disk cannot be mounted: ${reasonOf(error)}`;
  }
  using _ = small;
  await using rig = await Rig.create({ ...options, data: small.data });
  const full = (free: number): Fault => ({
    name: `disk full but for ${free / 1024} KiB`,
    ms: 3_000,
    total: false,
    load: { padding: 1_500, pauseMs: 20 },
    begin: () => {
      small.fill(free);
    },
    end: () => {
      small.free();
    },
  });
  await rig.start();
  return await play(rig, [
    () => sufferFault(rig, full(1024 * 1024)),
    () => sufferFault(rig, full(0)),
    () => die(rig, full(256 * 1024)),
    () => die(rig, full(0)),
    () => sufferFault(rig, full(64 * 1024)),
  ]);
};

const postgres: Play = async ({ rounds, ...options }) => {
  let database: BrittlePostgres;
  try {
    database = await BrittlePostgres.create();
  } catch (error) {
    return `no database can be made: ${reasonOf(error)}`;
  }
  await using _ = database;
  await using rig = await Rig.create({ ...options, env: { SIGNALBOX_STORE_URL: database.url } });
  await new KillRounds(rig, { rounds }).play();
  const faults = database.faults(options.random);
  const result = await play(
    rig,
    faults.map((fault) => () => sufferFault(rig, fault)),
  );
  return { ...result, rounds: rounds + faults.length };
};

/** All of them, in the order in which they are played. */
export const scenarios = {
  kill: { title: 'kill -9 at a random moment', play: kill },
  power: { title: 'kill -9 and power cut: what was not synced is gone', play: power },
  fsync: { title: 'a disk that cannot sync', play: fsync },
  disk: { title: 'a full disk', play: disk },
  postgres: { title: 'PostgreSQL: kill -9 of Signalbox, and a database that goes away', play: postgres },
} as const satisfies Record<string, { readonly title: string; readonly play: Play }>;

type ScenarioName = keyof typeof scenarios;

export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}

async function play(rig: Rig, rounds: readonly (() => Promise<string>)[]): Promise<Result> {
  for (const [i, round] of rounds.entries()) console.log(`  round ${i + 1}  ${await round()}`);
  return { rounds: rounds.length, ...(await settle(rig)) };
}

async function die(rig: Rig, fault: Fault, between?: () => void): Promise<string> {
  const since = new Date(Date.now() - 1_000);
  const { load, text } = await dieDuringFault(rig, fault, between && { between });
  await checkRound(rig, load, since);
  return text;
}

async function withFaultyDisk(work: (disk: FaultyDisk) => Promise<Result>): Promise<Result | string> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-disk-'));
  try {
    let faulty: FaultyDisk;
    try {
      faulty = new FaultyDisk(folder);
    } catch (error) {
      return `the library that makes the disk fail cannot be built: ${reasonOf(error)}`;
    }
    return await work(faulty);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
