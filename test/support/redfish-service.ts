import type { ServerResponse } from 'node:http';
import { startHttpServer, startHttpsServer, type ReceivedRequest, type TestServer } from './servers.ts';

/*
 * As much of a Redfish service as drivers need, after the documents of the DMTF (www.dmtf.org/standards/redfish):
 * - DSP0266, Redfish Specification: service root without login, HTTP Basic and session login (Links.Sessions, X-Auth-Token,
 *   Location), collections (Members, Members@odata.nextLink), actions (target, 200, 202, 204), asynchronous operations
 *   (task monitor: 202 with Retry-After until it ends, then the answer of the operation), error responses
 *   (error.@Message.ExtendedInfo)
 * - the schemas ServiceRoot, Session, ComputerSystem, Resource (PowerState, ResetType), ActionInfo and Task
 *   (redfish.dmtf.org/schemas/v1)
 */

interface System {
  PowerState: string | null;
  readonly HostName?: string;
  /** ResetType@Redfish.AllowableValues. Default: all that a BMC usually can. */
  readonly allows?: readonly string[];
  /** The allowable values stand in an ActionInfo resource instead. */
  readonly withActionInfo?: boolean;
}

type Systems = Readonly<Record<string, System>>;

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export interface RedfishOptions {
  readonly user?: string;
  readonly password?: string;
  /** A token that does not expire. */
  readonly token?: string;
  readonly systems?: Systems;
  /** How a reset is answered. Default 204. */
  readonly resets?: 'at once' | 'by task';
  /** Polls for which a task is still running. Default 1. */
  readonly polls?: number;
  /** What the monitor of a task answers in the end. */
  readonly taskEnd?: Answer;
  /** Members on one page of the collection. */
  readonly pageSize?: number;
  readonly tls?: boolean;
  /** Answers instead of the service; undefined: the service answers. */
  readonly instead?: (request: ReceivedRequest, response: ServerResponse) => Answer | 'done' | undefined;
}

export interface FakeRedfish extends TestServer {
  readonly systems: Systems;
  /** Tokens of the sessions that are open. */
  readonly sessions: ReadonlySet<string>;
  /** Forgets them, as a service does after its session timeout. */
  forgetSessions(): void;
}

export async function startRedfish(options: RedfishOptions): Promise<FakeRedfish> {
  const service = new Service(options);
  const start = options.tls === true ? startHttpsServer : startHttpServer;
  const server = await start((request, response) => {
    const other = options.instead?.(request, response);
    if (other === 'done') return;
    const { status, headers = {}, body } = other ?? service.answer(request);
    const type = { 'content-type': 'application/json; charset=utf-8', 'odata-version': '4.0' };
    response.writeHead(status, { ...type, ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  return Object.assign(server, {
    systems: service.systems,
    sessions: service.sessions,
    forgetSessions: () => service.sessions.clear(),
  });
}

/** An error response, with one message of the Base registry. */
export function failed(status: number, MessageId: string, Message: string): Answer {
  const info = { '@odata.type': '#Message.v1_1_1.Message', MessageId: `Base.1.18.${MessageId}`, Message };
  const general = 'A general error has occurred. See ExtendedInfo for more information.';
  return {
    status,
    body: { error: { code: 'Base.1.18.GeneralError', message: general, '@Message.ExtendedInfo': [info] } },
  };
}

const usual = [
  'On',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'Nmi',
  'PushPowerButton',
];

class Service {
  readonly sessions = new Set<string>();
  readonly systems: Systems;
  readonly #tasks = new Map<string, number>();

  constructor(private readonly options: RedfishOptions) {
    this.systems = options.systems ?? {};
  }

  answer(request: ReceivedRequest): Answer {
    const { method, path } = request;
    if (path === '/redfish/v1/') return ok(root);
    if (method === 'POST' && path === '/redfish/v1/SessionService/Sessions') return this.#logIn(request);
    if (!this.#isAuthorized(request)) {
      return failed(401, 'NoValidSession', 'There is no valid session established with the implementation.');
    }
    const [, , , collection = '', id = '', ...rest] = path.split('?')[0]?.split('/') ?? [];
    if (method === 'DELETE' && collection === 'SessionService') return this.#logOut(request);
    if (collection === 'TaskService') return this.#monitor(path);
    if (collection !== 'Systems') return notFound(path);
    if (id === '') return this.#collection(path);
    const system = this.systems[id];
    if (!system) return notFound(path);
    switch (`${method} ${rest.join('/')}`) {
      case 'GET ':
        return ok(systemResource(id, system));
      case 'GET ResetActionInfo':
        return ok({
          Parameters: [{ Name: 'ResetType', Required: true, AllowableValues: system.allows ?? usual }],
        });
      case 'POST Actions/ComputerSystem.Reset':
        return this.#reset(system, request);
      default:
        return notFound(path);
    }
  }

  #isAuthorized({ headers }: ReceivedRequest): boolean {
    const { user = '', password = '', token } = this.options;
    const given = headers['x-auth-token'];
    if (typeof given === 'string') return given === token || this.sessions.has(given);
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    return user !== '' && headers['authorization'] === basic;
  }

  #logIn({ body }: ReceivedRequest): Answer {
    const { UserName, Password } = JSON.parse(body) as Record<string, string>;
    if (UserName !== this.options.user || Password !== this.options.password) {
      return failed(
        401,
        'ResourceAtUriUnauthorized',
        'While accessing the resource, the service received an authorization error.',
      );
    }
    const n = String(this.sessions.size + 1);
    const token = `session-token-${n}`;
    this.sessions.add(token);
    const location = `/redfish/v1/SessionService/Sessions/${n}`;
    const headers = { 'x-auth-token': token, location };
    return { status: 201, headers, body: { '@odata.id': location, Id: n, Name: 'User Session', UserName } };
  }

  #logOut({ headers }: ReceivedRequest): Answer {
    this.sessions.delete(String(headers['x-auth-token']));
    return { status: 204 };
  }

  #collection(path: string): Answer {
    const { pageSize = Infinity } = this.options;
    const skip = Number(/\$skip=(\d+)/.exec(path)?.[1] ?? 0);
    const all = Object.keys(this.systems).map((id) => ({ '@odata.id': `/redfish/v1/Systems/${id}` }));
    const next = skip + pageSize;
    return ok({
      '@odata.id': '/redfish/v1/Systems',
      Name: 'Computer System Collection',
      'Members@odata.count': all.length,
      Members: all.slice(skip, next),
      ...(next < all.length && { 'Members@odata.nextLink': `/redfish/v1/Systems?$skip=${next}` }),
    });
  }

  #reset(system: System, { headers, body }: ReceivedRequest): Answer {
    if (headers['content-type'] !== 'application/json') return { status: 415 };
    const { ResetType = '' } = JSON.parse(body) as { ResetType?: string };
    const { allows = usual, PowerState } = system;
    if (!allows.includes(ResetType)) {
      return failed(
        400,
        'ActionParameterValueNotInList',
        `The value '${ResetType}' is not in the list of acceptable values.`,
      );
    }
    const goal = goals[ResetType];
    // DSP0266 leaves it to the service; this is what iDRAC and iLO do.
    if (goal === PowerState || (ResetType === 'ForceRestart' && PowerState !== 'On')) {
      return failed(409, 'ResourceInUse', `The server is already powered ${String(PowerState)}.`);
    }
    if (goal !== undefined) system.PowerState = goal;
    if (this.options.resets !== 'by task') return { status: 204 };
    const monitor = `/redfish/v1/TaskService/TaskMonitors/${String(this.#tasks.size + 1)}`;
    this.#tasks.set(monitor, this.options.polls ?? 1);
    return this.#running(monitor);
  }

  #monitor(path: string): Answer {
    const left = this.#tasks.get(path);
    if (left === undefined) return notFound(path);
    this.#tasks.set(path, left - 1);
    return left > 0 ? this.#running(path) : (this.options.taskEnd ?? { status: 204 });
  }

  #running(monitor: string): Answer {
    const body = {
      '@odata.type': '#Task.v1_7_4.Task',
      Id: '1',
      Name: 'Reset',
      TaskState: 'Running',
      TaskMonitor: monitor,
    };
    // An absolute URI, by the name that the service has for itself.
    return {
      status: 202,
      headers: { location: `https://bmc.internal.test${monitor}`, 'retry-after': '0' },
      body,
    };
  }
}

const goals: Readonly<Record<string, string>> = {
  On: 'On',
  ForceOn: 'On',
  ForceOff: 'Off',
  GracefulShutdown: 'Off',
  PushPowerButton: 'Off',
};

const root = {
  '@odata.id': '/redfish/v1/',
  '@odata.type': '#ServiceRoot.v1_17_0.ServiceRoot',
  Id: 'RootService',
  Name: 'Root Service',
  RedfishVersion: '1.20.1',
  Product: 'Test BMC',
  Vendor: 'Contoso',
  Systems: { '@odata.id': '/redfish/v1/Systems' },
  Links: { Sessions: { '@odata.id': '/redfish/v1/SessionService/Sessions' } },
};

function systemResource(
  id: string,
  { PowerState, HostName, allows = usual, withActionInfo }: System,
): object {
  const uri = `/redfish/v1/Systems/${id}`;
  const target = `${uri}/Actions/ComputerSystem.Reset`;
  const values = withActionInfo
    ? { '@Redfish.ActionInfo': `${uri}/ResetActionInfo` }
    : { 'ResetType@Redfish.AllowableValues': allows };
  return {
    '@odata.id': uri,
    '@odata.type': '#ComputerSystem.v1_23_0.ComputerSystem',
    Id: id,
    Name: `System ${id}`,
    SystemType: 'Physical',
    PowerState,
    ...(HostName !== undefined && { HostName }),
    Actions: { '#ComputerSystem.Reset': { target, ...values } },
  };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function notFound(path: string): Answer {
  return failed(404, 'ResourceMissingAtURI', `The resource at the URI '${path}' was not found.`);
}
