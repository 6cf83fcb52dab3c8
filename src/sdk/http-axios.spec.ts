import { AxiosError } from 'axios';
import { describe, expect, it } from '@jest/globals';
import { freePort, startHttpServer } from '../../test/support/servers.ts';
import { PermanentError, RetryableError } from './errors.ts';
import { createAxios } from './http-axios.ts';
import { createHttpClient } from './http-client.ts';

describe('axios over the guarded client', () => {
  it('sends JSON with parameters, headers and basic auth, and reads JSON', async () => {
    await using server = await startHttpServer((request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ path: request.path }));
    });
    await using client = createHttpClient();
    const axios = await createAxios(client);
    const response = await axios.post<unknown>(
      '/things',
      { a: 1 },
      {
        baseURL: server.url,
        params: { page: 2 },
        headers: { 'X-Mine': 'yes' },
        auth: { username: 'me', password: 'pw' },
      },
    );
    expect(response).toMatchObject({ status: 200, data: { path: '/things?page=2' } });
    expect(response.headers['content-type']).toBe('application/json');
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      headers: {
        'content-type': 'application/json',
        'x-mine': 'yes',
        'content-length': '7',
        'accept-encoding': 'identity',
        authorization: `Basic ${Buffer.from('me:pw').toString('base64')}`,
      },
    });
  });

  it('sends bytes and form fields', async () => {
    await using server = await startHttpServer();
    await using client = createHttpClient();
    const axios = await createAxios(client);
    await axios.put(server.url, Buffer.from('bytes'));
    await axios.post(server.url, new URLSearchParams({ a: '1 2' }));
    expect(server.requests.map(({ body }) => body)).toEqual(['bytes', 'a=1+2']);
  });

  it('rejects a refused status as axios does, with the answer', async () => {
    await using server = await startHttpServer((_request, response) =>
      response.writeHead(404).end('{"no":1}'),
    );
    await using client = createHttpClient();
    const axios = await createAxios(client);
    const error: unknown = await axios.get(server.url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AxiosError);
    expect(error).toMatchObject({ code: 'ERR_BAD_REQUEST', response: { status: 404, data: { no: 1 } } });
    const accepted = await axios.get(server.url, { validateStatus: () => true });
    expect(accepted.status).toBe(404);
  });

  it('does not follow redirects', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(301, { location: '/elsewhere' }).end();
    });
    await using client = createHttpClient();
    const axios = await createAxios(client);
    await expect(axios.get(server.url)).rejects.toMatchObject({ response: { status: 301 } });
    expect(server.requests).toHaveLength(1);
  });

  it('rejects an answer that was not read to its end', async () => {
    await using server = await startHttpServer((_request, response) => response.end('x'.repeat(70_000)));
    await using client = createHttpClient();
    const axios = await createAxios(client);
    await expect(axios.get(server.url)).rejects.toThrow('the answer is longer than 64 KiB');
  });

  it('rejects with the errors that tell Signalbox whether to try again', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await using open = createHttpClient();
    await using closed = createHttpClient({ judge: () => 'denied' });
    await expect((await createAxios(open)).get(url)).rejects.toBeInstanceOf(RetryableError);
    await expect((await createAxios(closed)).get(url)).rejects.toBeInstanceOf(PermanentError);
    const streamed = (await createAxios(open)).get(url, { responseType: 'stream' });
    await expect(streamed).rejects.toThrow('the response type stream is not supported');
  });

  it('passes on time limit and abort signal', async () => {
    await using server = await startHttpServer(() => undefined);
    await using client = createHttpClient();
    const axios = await createAxios(client);
    await expect(axios.get(server.url, { timeout: 50 })).rejects.toThrow('timed out after 50 ms');
    const abort = new AbortController();
    const request = axios.get(server.url, { signal: abort.signal });
    setTimeout(() => {
      abort.abort();
    }, 30);
    await expect(request).rejects.toThrow('canceled');
  });
});
