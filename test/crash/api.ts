import { setTimeout as sleep } from 'node:timers/promises';
import type { Findings } from './findings.ts';
import { adminToken } from './server.ts';

export interface StoredEvent {
  readonly id: string;
  readonly sourceId?: string;
  readonly receivedAt: string;
  readonly data: { readonly n: number };
}

export interface StoredRun {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly task: { readonly id: string };
  readonly target: string;
  readonly event: { readonly id: string };
  readonly attempts: number;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** All events of the test, and no others, come from here. */
export const source = 'crash-test';

/** Looks into Signalbox as any other program would. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly findings: Findings,
  ) {}

  async request(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Resolves to whether it was done for sure: a server that dies may have done it. */
  async write(method: string, path: string, body: object): Promise<boolean> {
    const answer = await this.request(method, path, body).catch(() => undefined);
    if (!answer || answer.status === 503) return false;
    if (answer.status < 300) return true;
    this.findings.add(`${method} ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    return false;
  }

  /** Newest first. */
  events(since?: Date): AsyncGenerator<StoredEvent> {
    return this.#all(`/api/events?source=${source}${since ? `&from=${since.toISOString()}` : ''}`);
  }

  runs(query = ''): AsyncGenerator<StoredRun> {
    return this.#all(`/api/runs?${query}`);
  }

  async has(query: string): Promise<boolean> {
    const { items } = await this.#page<StoredRun>(`/api/runs?limit=1&${query}`);
    return items.length > 0;
  }

  async *#all<T>(path: string): AsyncGenerator<T> {
    for (let cursor = ''; ;) {
      const page = await this.#page<T>(`${path}&limit=500${cursor}`);
      yield* page.items;
      if (page.next === undefined) return;
      cursor = `&cursor=${page.next}`;
    }
  }

  async #page<T>(path: string): Promise<Page<T>> {
    for (let tries = 0; tries < 20; tries++) {
      const { status, body } = await this.request('GET', path);
      if (status === 200) return body as Page<T>;
      if (status !== 503) throw new Error(`GET ${path} was answered with ${status}: ${JSON.stringify(body)}`);
      await sleep(500);
    }
    throw new Error(`GET ${path}: 503 for 10 s`);
  }
}
