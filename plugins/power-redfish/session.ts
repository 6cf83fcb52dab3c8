import { PermanentError, type HttpClient } from 'signalbox/sdk';
import { anonymous, fixedLogin, type Header, type Login } from './login.ts';
import { RedfishService } from './service.ts';
import { rootUri, serviceRoot } from './service-root.ts';
import type { RedfishSettings } from './settings.ts';

interface Session {
  readonly headers: readonly Header[];
  readonly uri: string | undefined;
}

/** Logs in when it is first needed, and again when the service has forgotten it. */
export class SessionLogin implements Login {
  #opening: Promise<Session> | undefined;
  #session: Session | undefined;

  constructor(
    private readonly settings: RedfishSettings,
    private readonly http: HttpClient,
  ) {}

  async headers(signal: AbortSignal | undefined): Promise<readonly Header[]> {
    this.#session ??= await this.#openOnce(signal);
    return this.#session.headers;
  }

  renew(refused: readonly Header[]): boolean {
    // Otherwise another request has renewed it meanwhile.
    if (this.#session?.headers === refused) this.#session = undefined;
    return true;
  }

  /** Logs out. The service would forget the session by itself, but has few of them. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session?.uri === undefined) return;
    const login = fixedLogin(session.headers);
    const service = new RedfishService(this.settings, this.http, login, AbortSignal.timeout(logoutMs));
    await service.exchange({ method: 'DELETE', uri: session.uri }).catch(() => undefined);
  }

  /** Requests that come together wait for one session. */
  async #openOnce(signal: AbortSignal | undefined): Promise<Session> {
    this.#opening ??= this.#open(signal);
    try {
      return await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  async #open(signal: AbortSignal | undefined): Promise<Session> {
    const service = new RedfishService(this.settings, this.http, anonymous, signal);
    const { Links } = await service.get(rootUri, serviceRoot);
    const sessions = Links?.Sessions?.['@odata.id'];
    if (sessions === undefined) throw new PermanentError(`${service.host} has no sessions: use login: basic`);
    const { user: UserName, password: Password } = this.settings;
    const response = await service.exchange({ method: 'POST', uri: sessions, body: { UserName, Password } });
    const token = response.headers['x-auth-token'];
    if (response.status !== 201 || token === undefined) throw service.failure(response);
    return { headers: [['x-auth-token', token]], uri: response.headers['location'] };
  }
}

const logoutMs = 3_000;
