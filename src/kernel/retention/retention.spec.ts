import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { RETENTION, type GrowingTable, type RetentionPort, type Stretch, type Walked } from '../ports.ts';
import { RetentionModule } from './retention.module.ts';
import { Retention, type RetentionLimits } from './retention.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** A run or an event: `stays` while it may not be deleted. */
interface Row {
  readonly id: string;
  readonly time: number;
  stays: boolean;
}

/** Two tables in memory, and a record of what was asked of them. */
class Tables implements RetentionPort {
  readonly run: Row[] = [];
  readonly event: Row[] = [];
  readonly counted: Stretch[] = [];
  readonly pruned: (Stretch & { table: GrowingTable; deleted: number })[] = [];
  /** Calls of `shrink` that will find something. */
  room = 0;
  shrinks = 0;
  /** Waited for before each call; may fail. */
  disk: () => Promise<void> = () => Promise.resolve();

  add(table: GrowingTable, count: number, { age = 0, stays = false } = {}): void {
    for (let n = 0; n < count; n++) {
      const id = String(this[table].length + 1).padStart(8, '0');
      this[table].push({ id, time: Date.now() - age, stays });
    }
  }

  ids(table: GrowingTable): readonly number[] {
    return this.#rows(table).map(({ id }) => Number(id));
  }

  async count(table: GrowingTable, stretch: Stretch): Promise<Walked> {
    await this.disk();
    this.counted.push(stretch);
    return walked(this.#stretch(table, stretch), stretch);
  }

  async prune(table: GrowingTable, { before = Infinity, ...stretch }: Stretch & { before?: number }) {
    await this.disk();
    const rows = this.#stretch(table, stretch).filter(({ time }) => time < before);
    const gone = rows.filter(({ stays }) => !stays);
    for (const row of gone) this.#gone.add(row);
    this.pruned.push({ ...stretch, table, deleted: gone.length });
    return { ...walked(rows, stretch), deleted: gone.length };
  }

  async shrink(): Promise<boolean> {
    await this.disk();
    this.shrinks++;
    return this.room-- > 0;
  }

  readonly #gone = new Set<Row>();

  #rows(table: GrowingTable): readonly Row[] {
    return this[table].filter((row) => !this.#gone.has(row));
  }

  #stretch(table: GrowingTable, { after, limit }: Stretch): readonly Row[] {
    return this.#rows(table)
      .filter(({ id }) => id > after)
      .slice(0, limit);
  }
}

function walked(rows: readonly Row[], { after }: Stretch): Walked {
  return { rows: rows.length, last: rows.at(-1)?.id ?? after };
}

/** Retention over tables in memory, and the errors that it logs. */
function retain(limits: Partial<RetentionLimits> = {}) {
  const tables = new Tables();
  const errors: object[] = [];
  const logger: KernelLogger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (fields) => void errors.push(fields),
    child: () => logger,
  };
  const retention = new Retention(tables, { days: 30, rows: 1_000_000, ...limits }, logger);
  return { tables, errors, logger, retention };
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('Retention', () => {
  it('keeps the newest rows, of runs and of events, and deletes those before them in chunks', async () => {
    const { tables, retention } = retain({ rows: 100 });
    tables.add('run', 1_300);
    tables.add('event', 120);
    await retention.tick();
    expect(tables.ids('run')).toEqual(range(1_201, 1_300));
    expect(tables.ids('event')).toEqual(range(21, 120));
    const chunks = tables.pruned.filter(({ deleted }) => deleted > 0);
    expect(chunks.map(({ table, deleted }) => [table, deleted])).toEqual([
      ['run', 500],
      ['run', 500],
      ['run', 200],
      ['event', 20],
    ]);
  });

  it('deletes what is too old, however little there is', async () => {
    const { tables, retention } = retain({ days: 7 });
    for (const table of ['run', 'event'] as const) {
      tables.add(table, 3, { age: 7 * day + 1_000 });
      tables.add(table, 2, { age: 7 * day - hour });
      tables.add(table, 1);
    }
    await retention.tick();
    expect(tables.ids('run')).toEqual([4, 5, 6]);
    expect(tables.ids('event')).toEqual([4, 5, 6]);
  });

  it('deletes nothing while both limits hold', async () => {
    const { tables, retention } = retain({ rows: 10 });
    tables.add('run', 10, { age: 29 * day });
    await retention.tick();
    expect(tables.ids('run')).toHaveLength(10);
  });

  it('takes rows that have to stay for rows, and goes past them', async () => {
    const { tables, retention } = retain({ rows: 5 });
    tables.add('run', 4, { stays: true });
    tables.add('run', 10);
    await retention.tick();
    expect(tables.ids('run')).toEqual([1, 2, 3, 4, ...range(10, 14)]);
  });

  it('looks at new rows only, the next time', async () => {
    const { tables, retention } = retain({ rows: 5 });
    tables.add('run', 4, { stays: true });
    tables.add('run', 8);
    await retention.tick();
    tables.counted.length = 0;
    tables.pruned.length = 0;
    tables.add('run', 3);
    await retention.tick();
    expect(tables.ids('run')).toEqual([1, 2, 3, 4, ...range(11, 15)]);
    expect(tables.counted[0]).toMatchObject({ after: '00000012' });
    for (const { table, after } of tables.pruned) expect(table === 'event' || after >= '00000007').toBe(true);
  });

  it('comes back once an hour for what had to stay and need not any more', async () => {
    const { tables, retention } = retain({ rows: 5 });
    tables.add('run', 4, { stays: true });
    tables.add('run', 5);
    await retention.tick();
    for (const row of tables.run) row.stays = false;
    for (let minute = 1; minute < 60; minute++) await retention.tick();
    expect(tables.ids('run')).toHaveLength(9);
    await retention.tick();
    expect(tables.ids('run')).toEqual(range(5, 9));
  });

  it('prunes runs before events', async () => {
    const { tables, retention } = retain({ rows: 1 });
    tables.add('event', 5);
    tables.add('run', 5);
    await retention.tick();
    expect(tables.pruned.findLastIndex(({ table }) => table === 'run')).toBeLessThan(
      tables.pruned.findIndex(({ table }) => table === 'event'),
    );
  });

  it('gives room back afterwards until there is none, and no more than so much at a time', async () => {
    const { tables, retention } = retain();
    tables.room = 3;
    await retention.tick();
    expect(tables.shrinks).toBe(4);
    tables.room = 10_000;
    await retention.tick();
    expect(tables.shrinks).toBe(4 + 64);
  });

  it('never works twice at once', async () => {
    const { tables, retention } = retain({ rows: 1 });
    tables.add('run', 2_000);
    let atOnce = 0;
    let most = 0;
    tables.disk = async () => {
      most = Math.max(most, ++atOnce);
      await new Promise(setImmediate);
      atOnce--;
    };
    await Promise.all([retention.tick(), retention.tick(), retention.tick()]);
    expect(most).toBe(1);
    expect(tables.counted).toHaveLength(2);
    expect(tables.ids('run')).toEqual([2_000]);
  });

  it('logs that the storage fails, and goes on at the next tick where it stopped', async () => {
    const { tables, retention, errors } = retain({ rows: 100 });
    tables.add('run', 2_100);
    const failure = new Error('disk full');
    tables.disk = () => (tables.pruned.length < 3 ? Promise.resolve() : Promise.reject(failure));
    await retention.tick();
    expect(errors).toEqual([expect.objectContaining({ err: failure })]);
    // The first was for age.
    expect(tables.ids('run')).toHaveLength(1_100);
    tables.disk = () => Promise.resolve();
    await retention.tick();
    expect(tables.ids('run')).toEqual(range(2_001, 2_100));
    expect(errors).toHaveLength(1);
  });

  it('stops at a shutdown when the chunk at work has ended, and never begins again', async () => {
    const { tables, retention, errors } = retain({ rows: 1 });
    tables.add('run', 5_000);
    let stopped: Promise<void> | undefined;
    let isAtWork = false;
    tables.disk = async () => {
      if (tables.pruned.length < 2) return;
      isAtWork = true;
      stopped ??= retention.beforeApplicationShutdown();
      await new Promise(setImmediate);
      isAtWork = false;
    };
    await retention.tick();
    await stopped;
    expect(isAtWork).toBe(false);
    expect(tables.pruned).toHaveLength(3);
    await retention.tick();
    expect(tables.pruned).toHaveLength(3);
    expect(errors).toEqual([]);
  });
});

describe('RetentionModule', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('looks at the start and then every minute, until the application closes', async () => {
    jest.useFakeTimers({ doNotFake: [...notIntervals], now: Date.now() });
    const { tables, logger } = retain();
    const providers = [
      { provide: RETENTION, useValue: tables },
      { provide: KERNEL_LOGGER, useValue: logger },
    ];
    const exports = [RETENTION, KERNEL_LOGGER];
    const root = {
      module: RootModule,
      imports: [
        { module: PortsModule, providers, exports },
        ScheduleModule.forRoot(),
        RetentionModule.forRoot({ days: 30, rows: 10 }),
      ],
    };
    const app = await NestFactory.createApplicationContext(root, { logger: false });
    const retention = app.get(Retention, { strict: false });
    await retention.tick();
    expect(tables.counted).toHaveLength(2);
    jest.advanceTimersByTime(59_000);
    expect(tables.shrinks).toBe(1);
    jest.advanceTimersByTime(1_000);
    await retention.tick();
    expect(tables.shrinks).toBe(2);
    await app.close();
    jest.advanceTimersByTime(600_000);
    expect(tables.shrinks).toBe(2);
    expect(jest.getTimerCount()).toBe(0);
  });
});

const notIntervals = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

@Global()
@Module({})
class PortsModule {}

@Module({})
class RootModule {}
