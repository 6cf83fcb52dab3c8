import type { HttpClient } from 'signalbox/sdk';
import { directLogin, type Login } from './login.ts';
import { SessionLogin } from './session.ts';
import type { RedfishSettings } from './settings.ts';

interface Known {
  readonly settings: RedfishSettings;
  readonly login: Login;
}

/** The logins at all services, one for each connection. */
export class Logins {
  readonly #known = new Map<string, Known>();

  constructor(private readonly http: HttpClient) {}

  of(connection: string, settings: RedfishSettings): Login {
    const known = this.#known.get(connection);
    if (known?.settings === settings) return known.login;
    // It was changed: the session belongs to what it was before.
    void known?.login.close();
    const login = createLogin(settings, this.http);
    this.#known.set(connection, { settings, login });
    return login;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#known.values()].map(({ login }) => login.close()));
  }
}

export function createLogin(settings: RedfishSettings, http: HttpClient): Login {
  const bySession = settings.login === 'session' && settings.token === undefined;
  return bySession ? new SessionLogin(settings, http) : directLogin(settings);
}
