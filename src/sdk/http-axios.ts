import type * as AxiosModule from 'axios';
import type { AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { PermanentError } from './errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './http.ts';

type Axios = typeof AxiosModule;
type Config = InternalAxiosRequestConfig;

/**
 * An axios instance that goes out through the guarded client, for those who prefer axios: `await createAxios(http)`
 * with the `http` of a plugin's or an action's context.
 *
 * Statuses that `validateStatus` refuses reject with an AxiosError, as usual. Everything else that goes wrong rejects
 * with the errors of `HttpClient`, which tell Signalbox whether to try again. Redirects are not followed, answers of
 * more than 64 KiB are an error, bodies are text or bytes, answers are text or JSON; the timeout is 5 s by default.
 */
export async function createAxios(http: HttpClient): Promise<AxiosInstance> {
  // Loaded by those who use it: axios is no small thing.
  const axios = await import('axios');
  return axios.default.create({ adapter: (config) => send(http, axios, config), timeout: 5_000 });
}

async function send(http: HttpClient, axios: Axios, config: Config): Promise<AxiosResponse> {
  if (config.responseType === 'stream' || config.responseType === 'arraybuffer') {
    throw new PermanentError(`the response type ${config.responseType} is not supported: answers are text`);
  }
  const answer = await http.request(requestOf(axios, config));
  if (answer.truncated) {
    const { message, code } = {
      message: 'the answer is longer than 64 KiB',
      code: axios.AxiosError.ERR_BAD_RESPONSE,
    };
    throw new axios.AxiosError(message, code, config, null, responseOf(answer, config));
  }
  return settle(axios, responseOf(answer, config));
}

function requestOf(axios: Axios, config: Config): HttpRequest {
  const { method = 'get', timeout, signal } = config;
  const body = bodyOf(config.data);
  return {
    method: method.toUpperCase(),
    url: axios.default.getUri(config),
    headers: headersOf(config),
    ...(body !== undefined && { body }),
    ...(timeout && { timeoutMs: timeout }),
    // axios also takes look-alikes; only the real thing can be listened to everywhere.
    ...(signal instanceof AbortSignal && { signal }),
  };
}

/** What axios sets of its own and the client sets itself. */
const leftToTheClient = new Set(['content-length', 'accept-encoding', 'host', 'connection']);

function headersOf({ headers, auth }: Config): [string, string][] {
  const pairs = Object.entries(headers.toJSON()).flatMap(([name, value]): [string, string][] => {
    return leftToTheClient.has(name.toLowerCase()) ? [] : [value].flat().map((single) => [name, single]);
  });
  if (!auth) return pairs;
  const credentials = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return [
    ...pairs.filter(([name]) => name.toLowerCase() !== 'authorization'),
    ['authorization', `Basic ${credentials}`],
  ];
}

function bodyOf(data: unknown): string | Uint8Array | undefined {
  if (data === undefined || data === null) return undefined;
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new PermanentError('the request body must be JSON, text or bytes');
}

function responseOf({ status, headers, body }: HttpResponse, config: Config): AxiosResponse {
  return { status, statusText: '', headers: { ...headers }, data: body, config, request: null };
}

function settle({ AxiosError }: Axios, response: AxiosResponse): AxiosResponse {
  const { status, config } = response;
  if (!config.validateStatus || config.validateStatus(status)) return response;
  const code = status >= 400 && status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
  throw new AxiosError(`Request failed with status code ${status}`, code, config as Config, null, response);
}
