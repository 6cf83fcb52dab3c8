import { setTimeout as sleep } from 'node:timers/promises';
import { execute } from '../contract/persistence/postgres-session.ts';
import type { Fault } from './fault-rounds.ts';
import type { Random } from './random.ts';
import { TcpProxy } from './tcp-proxy.ts';

const admin = process.env['SIGNALBOX_TEST_POSTGRES'] ?? 'postgresql://root@127.0.0.1:5432/test';

/** A database of its own on a real server, reached through something that breaks. */
export class BrittlePostgres implements AsyncDisposable {
  private constructor(
    private readonly name: string,
    private readonly proxy: TcpProxy,
  ) {}

  /** Rejects when no server answers or none may be made. */
  static async create(): Promise<BrittlePostgres> {
    const name = `signalbox_crash_${process.pid}`;
    await execute(admin, `create database ${name}`);
    const { hostname, port } = new URL(admin);
    return new BrittlePostgres(name, await TcpProxy.listen(hostname, port === '' ? 5432 : Number(port)));
  }

  get url(): string {
    const url = new URL(admin);
    url.pathname = `/${this.name}`;
    url.host = `127.0.0.1:${this.proxy.ownPort}`;
    return url.href;
  }

  faults(random: Random): readonly Fault[] {
    const { proxy } = this;
    return [
      repeated('connections terminated by the database', () => this.#terminate()),
      repeated('connections cut', () => {
        proxy.cut();
      }),
      {
        name: 'answers to commits lost',
        ms: 4_000,
        total: false,
        begin: () => {
          proxy.loseAnswer = (message) => message.includes('commit') && random.chance(0.2);
        },
        end: () => {
          proxy.loseAnswer = () => false;
        },
      },
      {
        name: 'database away',
        ms: 3_000,
        total: true,
        begin: () => {
          proxy.away = true;
          proxy.cut();
        },
        end: () => {
          proxy.away = false;
        },
      },
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await execute(admin, `drop database ${this.name} with (force)`);
  }

  #terminate(): Promise<void> {
    const others = `pg_stat_activity where datname = '${this.name}' and pid <> pg_backend_pid()`;
    return execute(admin, `select pg_terminate_backend(pid) from ${others}`);
  }
}

/** Does it again and again until the end. */
function repeated(name: string, work: () => void | Promise<void>): Fault {
  let isOver = false;
  let running: Promise<void> = Promise.resolve();
  const loop = async (): Promise<void> => {
    while (!isOver) {
      await work();
      await sleep(100);
    }
  };
  return {
    name,
    ms: 4_000,
    total: false,
    begin: () => {
      running = loop();
    },
    end: async () => {
      isOver = true;
      await running;
    },
  };
}
