import type { ServerResponse } from 'node:http';
import { startHttpServer, startHttpsServer, type ReceivedRequest, type TestServer } from './servers.ts';

/*
 * As much of a VergeOS system as drivers need, after the public documents of its maker:
 * - "VM Power Management API" (docs.verge.io/knowledge-base/vm-power-management): vm_actions, its answers and errors
 * - "API Guide" (docs.verge.io/knowledge-base/verge-api-guide): fields, filter, limit, status codes, form of errors
 * - "API Keys" (docs.verge.io/product-guide/system/api-keys): bearer keys, GET /api/v4/system
 * - pyVergeOS, the maker's SDK (github.com/verge-io/pyVergeOS): joined fields (`machine#status#running as running`),
 *   tenants and tenant_actions, `yb_version`
 */

interface Row {
  readonly name: string;
  running: boolean;
  readonly is_snapshot?: boolean;
}

type Rows = Readonly<Record<number, Row>>;

export interface VergeosSystem extends TestServer {
  readonly vms: Rows;
  readonly tenants: Rows;
}

export interface VergeosOptions {
  readonly apiKey: string;
  readonly vms?: Rows;
  readonly tenants?: Rows;
  readonly tls?: boolean;
  /** Answers instead of the system; undefined: the system answers. */
  readonly instead?: (
    request: ReceivedRequest,
    response: ServerResponse,
  ) => { readonly status: number; readonly body?: unknown } | 'done' | undefined;
}

export async function startVergeos(options: VergeosOptions): Promise<VergeosSystem> {
  const { apiKey, vms = {}, tenants = {}, tls = false, instead } = options;
  const start = tls ? startHttpsServer : startHttpServer;
  const server = await start((request, response) => {
    const other = instead?.(request, response);
    if (other === 'done') return;
    const { status, body } = other ?? answer(request, { apiKey, vms, tenants });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  return Object.assign(server, { vms, tenants });
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

function answer(
  request: ReceivedRequest,
  { apiKey, vms, tenants }: { apiKey: string; vms: Rows; tenants: Rows },
): Answer {
  const { method, path, headers } = request;
  if (headers['authorization'] !== `Bearer ${apiKey}`) return failed(401, 'Login required');
  const url = new URL(path, 'http://host');
  const [, api, version, table = '', id] = url.pathname.split('/');
  if (api !== 'api' || version !== 'v4') return failed(404, 'Resource not found');
  switch (`${method} ${table}`) {
    case 'GET system':
      return { status: 200, body: { $key: 1, yb_version: '26.0.3', os_version: '6.12', cloud_name: 'lab' } };
    case 'GET vms':
      return rows(vms, id, url.searchParams);
    case 'GET tenants':
      return rows(tenants, id, url.searchParams);
    case 'POST vm_actions':
      return act(request, vms, 'vm');
    case 'POST tenant_actions':
      return act(request, tenants, 'tenant');
    default:
      return failed(404, 'Resource not found');
  }
}

function rows(table: Rows, id: string | undefined, query: URLSearchParams): Answer {
  const view = ([key, { name, running }]: [string, Row]) => ({ $key: Number(key), name, running });
  const all = Object.entries(table);
  if (id !== undefined) {
    const row = all.find(([key]) => key === id);
    return row ? { status: 200, body: view(row) } : failed(404, 'Resource not found');
  }
  const filter = query.get('filter') ?? '';
  const name = /name eq '((?:[^']|'')*)'/.exec(filter)?.[1]?.replaceAll("''", "'");
  const found = all
    .filter(([, row]) => name === undefined || row.name === name)
    .filter(([, row]) => !filter.includes('is_snapshot eq false') || row.is_snapshot !== true);
  const limit = Number(query.get('limit') ?? 0);
  return { status: 200, body: (limit === 0 ? found : found.slice(0, limit)).map(view) };
}

function act({ headers, body }: ReceivedRequest, table: Rows, field: string): Answer {
  if (headers['content-type'] !== 'application/json') return failed(400, 'Bad request');
  const { [field]: key, action } = JSON.parse(body) as Record<string, string | number>;
  const row = table[Number(key)];
  if (!row) return failed(404, 'Resource not found');
  if (action === 'poweron' && row.running) {
    return { status: 409, body: { error: 'Cannot power on VM: already in running state' } };
  }
  if (action !== 'poweron' && !row.running) {
    return { status: 409, body: { error: `Cannot ${String(action)} VM: not in running state` } };
  }
  if (action !== 'reset') row.running = action === 'poweron';
  return { status: 201, body: { $row: 1, $key: '1' } };
}

function failed(status: number, err: string): Answer {
  return { status, body: { err } };
}
