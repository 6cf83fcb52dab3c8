import type { ServerResponse } from 'node:http';
import { startHttpServer, startHttpsServer, type ReceivedRequest, type TestServer } from './servers.ts';

/*
 * As much of a Proxmox VE cluster as drivers need, after its API description (pve.proxmox.com/pve-docs/api-viewer, made
 * from PVE/API2/Qemu.pm, PVE/API2/LXC/Status.pm, PVE/API2/Cluster.pm, PVE/API2/Tasks.pm and PVE/API2.pm), which says for
 * each call its path, parameters, answer and errors, and its manual (pve.proxmox.com/pve-docs/pve-admin-guide.html,
 * "API Tokens") for the authorization header. The form of answers and errors is that of PVE/APIServer/Formatter/Standard.pm.
 */

interface Guest {
  readonly type: 'qemu' | 'lxc';
  readonly node: string;
  readonly name: string;
  status: 'running' | 'stopped';
  readonly qmpstatus?: string;
  readonly template?: 1;
  /** What its tasks end with. Default: what they do. */
  readonly exit?: string;
}

type Guests = Readonly<Record<number, Guest>>;

interface Task {
  /** Polls until it has ended. */
  left: number;
  readonly end: () => string;
}

export interface ProxmoxCluster extends TestServer {
  readonly guests: Guests;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface ProxmoxOptions {
  /** `USER@REALM!TOKENID=UUID` */
  readonly token: string;
  readonly guests?: Guests;
  /** Polls for which a task is still running. Default 1. */
  readonly polls?: number;
  readonly tls?: boolean;
  /** Answers instead of the cluster; undefined: the cluster answers. */
  readonly instead?: (request: ReceivedRequest, response: ServerResponse) => Answer | 'done' | undefined;
}

export async function startProxmox(options: ProxmoxOptions): Promise<ProxmoxCluster> {
  const { token, guests = {}, polls = 1, tls = false, instead } = options;
  const api = new Api(token, guests, polls);
  const start = tls ? startHttpsServer : startHttpServer;
  const server = await start((request, response) => {
    const other = instead?.(request, response);
    if (other === 'done') return;
    const { status, body } = other ?? api.answer(request);
    response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  return Object.assign(server, { guests });
}

/** An answer to a call that failed. */
export function failed(status: number, message: string): Answer {
  return { status, body: { data: null, message: `${message}\n` } };
}

class Api {
  readonly #tasks = new Map<string, Task>();

  constructor(
    private readonly token: string,
    private readonly guests: Guests,
    private readonly polls: number,
  ) {}

  answer({ method, path, headers, body }: ReceivedRequest): Answer {
    if (headers['authorization'] !== `PVEAPIToken=${this.token}`)
      return failed(401, 'Authentication failed!');
    const url = new URL(path, 'http://host');
    if (!url.pathname.startsWith('/api2/json/')) return failed(501, 'no such uri');
    const call = `${method} ${decodeURIComponent(url.pathname.slice('/api2/json/'.length))}`;
    if (call === 'GET version') return ok({ version: '9.0.11', release: '9.0', repoid: '3bf5476b8a4699e2' });
    if (call === 'GET cluster/resources' && url.searchParams.get('type') === 'vm') return ok(this.#list());
    const task = /^GET nodes\/([^/]+)\/tasks\/([^/]+)\/status$/.exec(call);
    if (task) return this.#task(task[2] ?? '');
    const guest = /^(GET|POST) nodes\/([^/]+)\/(qemu|lxc)\/(\d+)\/status\/(\w+)$/.exec(call);
    if (!guest) return failed(501, `Method '${call}' not implemented`);
    const [, , node = '', type = '', vmid, action = ''] = guest;
    const found = this.guests[Number(vmid)];
    if (found?.node !== node || found.type !== type) {
      const folder = type === 'qemu' ? 'qemu-server' : 'lxc';
      return failed(500, `Configuration file 'nodes/${node}/${folder}/${String(vmid)}.conf' does not exist`);
    }
    if (method === 'GET') return action === 'current' ? ok(current(found)) : failed(501, 'not implemented');
    // No parameters are needed; an empty JSON body would be an error.
    if (body !== '' || headers['content-type'] !== undefined) return failed(500, 'malformed JSON string');
    return this.#act(found, Number(vmid), action);
  }

  #list(): unknown[] {
    return Object.entries(this.guests).map(([vmid, { type, node, name, status, template = 0 }]) => ({
      ...{ id: `${type}/${vmid}`, vmid: Number(vmid), type, node, name, status, template },
      ...{ maxcpu: 4, cpu: 0.01, maxmem: 8_589_934_592, mem: 0, uptime: 0, disk: 0, maxdisk: 34_359_738_368 },
    }));
  }

  #act(guest: Guest, vmid: number, action: string): Answer {
    const { type, status } = guest;
    const running = status === 'running';
    const label = `${type === 'qemu' ? 'VM' : 'CT'} ${vmid}`;
    const container = type === 'lxc';
    switch (action) {
      case 'start':
        if (running && container) return failed(500, `${label} already running`);
        return this.#begin(guest, vmid, {
          action,
          end: () => (running ? `${label} already running` : ((guest.status = 'running'), 'OK')),
        });
      case 'shutdown':
      case 'stop':
        if (!running && container) return failed(500, `${label} not running`);
        return this.#begin(guest, vmid, { action, end: () => ((guest.status = 'stopped'), 'OK') });
      case 'reset':
        if (container) return failed(501, `Method 'POST' not implemented`);
        if (!running) return failed(500, `${label} not running`);
        return this.#begin(guest, vmid, { action, end: () => 'OK' });
      default:
        return failed(501, 'not implemented');
    }
  }

  #begin(guest: Guest, vmid: number, { action, end }: { action: string; end: () => string }): Answer {
    const worker = `${guest.type === 'qemu' ? 'qm' : 'vz'}${action}`;
    const count = (this.#tasks.size + 1).toString(16).padStart(8, '0').toUpperCase();
    const user = this.token.slice(0, this.token.lastIndexOf('='));
    const upid = `UPID:${guest.node}:${count}:0001C3D4:66F0E1A2:${worker}:${vmid}:${user}:`;
    const { exit } = guest;
    this.#tasks.set(upid, { left: this.polls, end: exit === undefined ? end : () => exit });
    return ok(upid);
  }

  #task(upid: string): Answer {
    const task = this.#tasks.get(upid);
    if (!task)
      return {
        status: 400,
        body: { data: null, errors: { upid: 'no such task' }, message: 'Parameter verification failed.\n' },
      };
    task.left -= 1;
    if (task.left >= 0) return ok({ upid, status: 'running' });
    return ok({ upid, status: 'stopped', exitstatus: task.end() });
  }
}

function current({ name, status, qmpstatus = status }: Guest): object {
  return { name, status, qmpstatus, ha: { managed: 0 }, cpus: 4 };
}

function ok(data: unknown): Answer {
  return { status: 200, body: { data } };
}
