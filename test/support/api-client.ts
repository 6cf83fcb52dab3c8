import { expect } from '@jest/globals';
import { checkDocumented } from './documented-answer.ts';
import { waitFor } from './wait-for.ts';

export interface ApiAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A run, as the API shows it in lists. */
export interface RunView {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly task: { readonly id: string; readonly name: string };
  readonly action: string;
  readonly target: string;
  readonly event: { readonly id: string };
  readonly trigger?: string;
  readonly attempts: number;
  readonly dueAt: string;
}

/** An attempt, as the API shows it. */
export interface AttemptView {
  readonly number: number;
  readonly outcome: string;
  readonly error?: string;
  readonly sent?: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: string;
  };
  readonly received?: {
    readonly status: number;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
    readonly truncated?: boolean;
  };
}

/** What became of an event that was posted. */
export interface PublishedView {
  readonly id: string;
  readonly duplicate: boolean;
  readonly runs: number;
}

export type RunDetail = RunView & { readonly attemptLog: readonly AttemptView[] };

/** Speaks to the API as any other program would. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
  ) {}

  async request<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    const contentType = response.headers.get('content-type') ?? undefined;
    checkDocumented({ method, path, status: response.status, contentType, body: parsed });
    return { status: response.status, headers: response.headers, body: parsed as Body };
  }

  get<Body = Record<string, unknown>>(path: string): Promise<ApiAnswer<Body>> {
    return this.request<Body>('GET', path);
  }

  /** Posts an event that has to be accepted; resolves to its id. */
  async emit(event: object): Promise<string> {
    return (await this.publish(event)).id;
  }

  /** Posts an event that has to be accepted; `runs` tells how many runs it caused. */
  async publish(event: object): Promise<PublishedView> {
    const { status, body } = await this.request<PublishedView>('POST', '/api/events', event);
    expect({ status, body }).toMatchObject({ status: 202 });
    return body;
  }

  /** Puts something that has to be accepted. */
  async put(path: string, body: object): Promise<void> {
    const answer = await this.request('PUT', path, body);
    expect({ status: answer.status < 300, body: answer.body }).toMatchObject({ status: true });
  }

  async runs(query = ''): Promise<readonly RunView[]> {
    const { body } = await this.get<{ items: readonly RunView[] }>(`/api/runs${query}`);
    return body.items;
  }

  /** Waits until every run of an event is in one of these states: has ended or is held. In the order of targets. */
  async runsOf(eventId: string, states = 'succeeded,failed,held'): Promise<readonly RunView[]> {
    let last: readonly RunView[] = [];
    await waitFor(
      async () => {
        last = (await this.get<{ runs: readonly RunView[] }>(`/api/events/${eventId}`)).body.runs;
        return last.every(({ state }) => states.split(',').includes(state));
      },
      () => `runs in ${states}; they are ${JSON.stringify(last.map(({ state, reason }) => [state, reason]))}`,
    );
    return [...last].sort((a, b) => (a.target < b.target ? -1 : 1));
  }

  async run(id: string): Promise<RunDetail> {
    return (await this.get<RunDetail>(`/api/runs/${id}`)).body;
  }

  /** Waits until there are `count` runs in one of these states. */
  async runsIn(states: string, count = 1): Promise<readonly RunView[]> {
    let last: readonly RunView[] = [];
    return waitFor(
      async () => {
        last = await this.runs();
        const found = last.filter(({ state }) => states.split(',').includes(state));
        return found.length >= count && found;
      },
      () =>
        `${String(count)} runs in ${states}; there are ${JSON.stringify(last.map(({ state, reason }) => [state, reason]))}`,
    );
  }
}
