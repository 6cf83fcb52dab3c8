import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');

/** Of this run alone: what an earlier one has left behind must not find a door open here. */
export const adminToken = `crash-${randomBytes(16).toString('hex')}`;

export interface ServerOptions {
  readonly config: string;
  readonly data: string;
  readonly port: number;
  /** Gets what the server prints, after what is there. */
  readonly log: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A real `signalbox start` in a process of its own. */
export class Server {
  readonly #child: ChildProcess;
  readonly #options: ServerOptions;
  readonly #exited: Promise<unknown>;
  #ending = false;

  constructor(options: ServerOptions) {
    const { config, data, port, env } = options;
    const log = openSync(options.log, 'a');
    const args = [
      join(root, 'dist/src/main.js'),
      'start',
      '--config',
      config,
      '--data',
      data,
      '--port',
      String(port),
    ];
    this.#options = options;
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, SIGNALBOX_ADMIN_TOKEN: adminToken, SIGNALBOX_LOG_LEVEL: 'warn', ...env },
    });
    closeSync(log);
    this.#exited = once(this.#child, 'exit');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** It has ended, and nobody told it to. */
  get hasDied(): boolean {
    return !this.#ending && this.#isGone;
  }

  get #isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** How it ended, with the last that it printed. */
  get epitaph(): string {
    const { exitCode, signalCode } = this.#child;
    const said = readFileSync(this.#options.log, 'utf8').trimEnd().split('\n').slice(-5).join('\n    ');
    return `ended with ${String(exitCode ?? signalCode)}:\n    ${said}`;
  }

  /** Resolves to true once events are taken, to false when the process has ended before. */
  async ready(withinMs = 60_000): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      if (this.#isGone) return false;
      const response = await fetch(`http://127.0.0.1:${this.#options.port}/health/ready`).catch(
        () => undefined,
      );
      await response?.arrayBuffer();
      if (response?.ok) return true;
      await sleep(10);
    }
    throw new Error(`the server is not ready after ${withinMs} ms; it printed to ${this.#options.log}`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#ending = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Asks it to stop, without waiting. */
  terminate(): void {
    this.#ending = true;
    this.#child.kill('SIGTERM');
  }

  /** Asks it to stop and waits; resolves to its exit code. */
  async stop(): Promise<number | null> {
    this.terminate();
    await this.#exited;
    return this.#child.exitCode;
  }

  /** Resolves when it has ended by itself, or to false when it has not in time. */
  async endsWithin(ms: number): Promise<boolean> {
    const ended = await Promise.race([this.#exited.then(() => true), sleep(ms, false, { ref: false })]);
    return ended;
  }
}
