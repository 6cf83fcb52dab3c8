import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { freePort, startHttpServer, startHttpsServer, startTcpServer } from '../../test/support/servers.ts';
import { NoAnswerError, PermanentError, RetryableError } from './errors.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { createHttpClient, type HttpClientOptions, type ObservedExchange } from './http-client.ts';
import { createResolver, type JudgedAddress } from './http-address.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

async function requestOnce(request: Partial<HttpRequest> & { url: string }, options?: HttpClientOptions) {
  await using client = createHttpClient(options);
  return await client.request({ method: 'POST', ...request });
}

/** The error that a request ends with. */
async function failureOf(exchange: Promise<HttpResponse>): Promise<Error> {
  const error: unknown = await exchange.then(
    (response) => new Error(`answered with ${response.status}`),
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('the rejection is not an Error');
}

describe('what is sent and what comes back', () => {
  it('sends method, path, body and the headers in their order, repeats included', async () => {
    await using server = await startHttpServer();
    const response = await requestOnce({
      method: 'PUT',
      url: `${server.url}/hook?a=1`,
      headers: [
        ['X-B', 'one'],
        ['x-a', 'two'],
        ['X-B', 'three'],
      ],
      body: '{"text":"grüß"}',
    });

    expect(response.status).toBe(200);
    expect(response.body).toBe('{"ok":true}');
    expect(response.headers['content-type']).toBe('application/json');
    expect(response.truncated).toBe(false);
    expect(response.durationMs).toBeGreaterThan(0);
    const [received] = server.requests;
    expect(received).toMatchObject({ method: 'PUT', path: '/hook?a=1', body: '{"text":"grüß"}' });
    const sent = received?.rawHeaders.join(' ');
    expect(sent).toContain('X-B one x-a two X-B three');
  });

  it('sends bytes as they are', async () => {
    await using server = await startHttpServer();
    await requestOnce({ url: server.url, body: new TextEncoder().encode('bytes') });
    expect(server.requests[0]?.body).toBe('bytes');
  });

  it('names itself, unless the caller does, and never asks for compression', async () => {
    await using server = await startHttpServer();
    await requestOnce({ url: server.url, headers: [['Accept-Encoding', 'gzip']] });
    await requestOnce({ url: server.url, headers: [['User-Agent', 'mine']] });
    expect(server.requests[0]?.headers).toMatchObject({
      'user-agent': expect.stringMatching(/^Signalbox\/\d+\.\d+\.\d+/),
      'accept-encoding': 'identity',
    });
    expect(server.requests[1]?.headers['user-agent']).toBe('mine');
  });

  it('joins repeated answer headers', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']).end();
    });
    const response = await requestOnce({ url: server.url });
    expect(response.headers['set-cookie']).toBe('a=1, b=2');
  });

  it('answers a redirect instead of following it', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const response = await requestOnce({ url: server.url });
    expect(response.status).toBe(302);
    expect(server.requests).toHaveLength(1);
  });

  it('does not decompress what a server compressed unasked', async () => {
    const compressed = Buffer.from([0x1f, 0x8b, 0x08]);
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(compressed);
    });
    const response = await requestOnce({ url: server.url });
    expect(response.body).toBe(compressed.toString());
  });

  it('waits past interim answers for the final one', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(201).end('made');
    });
    const response = await requestOnce({ url: server.url });
    expect(response).toMatchObject({ status: 201, body: 'made' });
  });

  it('tells the observer of answers and of failures', async () => {
    await using server = await startHttpServer();
    const seen: ObservedExchange[] = [];
    const options = { observe: (exchange: ObservedExchange) => void seen.push(exchange) };
    await requestOnce({ url: server.url }, options);
    await failureOf(requestOnce({ url: 'ftp://example.com' }, options));
    expect(seen.map(({ response, error }) => response?.status ?? error?.name)).toEqual([
      200,
      'PermanentError',
    ]);
  });
});

describe('limits of an answer', () => {
  it('reads an answer of exactly 64 KiB in full', async () => {
    await using server = await startHttpServer((_request, response) => response.end('x'.repeat(65_536)));
    const response = await requestOnce({ url: server.url });
    expect(response.body).toHaveLength(65_536);
    expect(response.truncated).toBe(false);
  });

  it('reads 64 KiB of an endless answer and then cuts the connection', async () => {
    const cut = Promise.withResolvers<void>();
    await using server = await startHttpServer((_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(16_384)), 1);
      response.once('close', () => {
        clearInterval(timer);
        cut.resolve();
      });
    });
    await using client = createHttpClient();
    const response = await client.request({ method: 'GET', url: server.url });
    expect(response).toMatchObject({ status: 200, truncated: true });
    expect(response.body).toHaveLength(65_536);
    await cut.promise;
  });

  it('reads as much as the caller asks for', async () => {
    await using server = await startHttpServer((_request, response) => response.end('x'.repeat(200_000)));
    const whole = await requestOnce({ url: server.url, maxBodyBytes: 200_000 });
    expect(whole).toMatchObject({ body: 'x'.repeat(200_000), truncated: false });
    expect(await requestOnce({ url: server.url, maxBodyBytes: 10 })).toMatchObject({
      body: 'x'.repeat(10),
      truncated: true,
    });
  });

  it('fails on more than 16 KiB of headers', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('x-large', 'x'.repeat(20_000)).end();
    });
    const error = await failureOf(requestOnce({ url: server.url }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toBe(`127.0.0.1:${server.port} answered with more than 16 KiB of headers`);
  });
});

describe('time', () => {
  it('times out when the answer does not begin', async () => {
    await using server = await startTcpServer(() => undefined);
    const error = await failureOf(requestOnce({ url: server.url, timeoutMs: 50 }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toBe(`127.0.0.1:${server.port} timed out after 50 ms while waiting for the answer`);
  });

  it('times out when the answer drips for ever, and cuts the connection', async () => {
    const cut = Promise.withResolvers<void>();
    await using server = await startHttpServer((_request, response) => {
      const timer = setInterval(() => response.write('.'), 5);
      response.once('close', () => {
        clearInterval(timer);
        cut.resolve();
      });
    });
    await using client = createHttpClient();
    const error = await failureOf(client.request({ method: 'GET', url: server.url, timeoutMs: 80 }));
    expect(error.message).toContain('timed out after 80 ms while reading the answer');
    await cut.promise;
  });

  it('times out while it waits for a connection, and never sends that request later', async () => {
    const held = Promise.withResolvers<void>();
    await using server = await startHttpServer((request, response) => {
      if (request.path === '/first') void held.promise.then(() => response.end());
      else response.end();
    });
    await using client = createHttpClient({ maxConnectionsPerOrigin: 1 });
    const first = client.request({ method: 'POST', url: `${server.url}/first` });
    const second = client.request({ method: 'POST', url: `${server.url}/second`, timeoutMs: 30 });
    expect((await failureOf(second)).message).toContain('timed out after 30 ms while connecting');
    held.resolve();
    await first;
    await client.request({ method: 'POST', url: `${server.url}/third` });
    expect(server.requests.map(({ path }) => path)).toEqual(['/first', '/third']);
    expect(server.connections).toBe(1);
  });

  it('gives up connecting after 5 s, however long the exchange may take', async () => {
    const cut = Promise.withResolvers<void>();
    await using server = await startTcpServer((socket) => socket.resume().once('close', () => cut.resolve()));
    await using client = createHttpClient();
    const url = server.url.replace('http:', 'https:');
    const error = await failureOf(client.request({ method: 'POST', url, timeoutMs: 20_000 }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toBe(`connecting to 127.0.0.1:${server.port} took longer than 5000 ms`);
    await cut.promise;
  });

  it('gives up when the caller aborts', async () => {
    const cut = Promise.withResolvers<void>();
    await using server = await startTcpServer((socket) => socket.resume().once('close', () => cut.resolve()));
    await using client = createHttpClient();
    const abort = new AbortController();
    const exchange = client.request({ method: 'POST', url: server.url, signal: abort.signal });
    setTimeout(() => abort.abort(new Error('shutting down')), 50);
    const error = await failureOf(exchange);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.cause).toEqual(new Error('shutting down'));
    await cut.promise;
  });

  it('sends nothing for a caller that has aborted already', async () => {
    await using server = await startHttpServer();
    const error = await failureOf(requestOnce({ url: server.url, signal: AbortSignal.abort() }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(server.connections).toBe(0);
  });
});

describe('connections', () => {
  it('keeps one alive between requests, resolving and judging once', async () => {
    await using server = await startHttpServer();
    let resolved = 0;
    let judged = 0;
    await using client = createHttpClient({
      resolve: () => {
        resolved += 1;
        return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
      },
      judge: () => {
        judged += 1;
        return undefined;
      },
    });
    for (let n = 0; n < 5; n += 1) {
      await client.request({ method: 'POST', url: `http://hooks.test:${server.port}/`, body: '{}' });
    }
    expect(server.connections).toBe(1);
    expect([resolved, judged]).toEqual([1, 1]);
    expect(server.requests[0]?.headers['host']).toBe(`hooks.test:${server.port}`);
  });

  it('sends on several connections at one time, up to the limit', async () => {
    await using server = await startHttpServer(
      (_request, response) => void setTimeout(() => response.end(), 20),
    );
    await using client = createHttpClient({ maxConnectionsPerOrigin: 3 });
    const requests = Array.from({ length: 9 }, () => client.request({ method: 'POST', url: server.url }));
    await Promise.all(requests);
    expect(server.connections).toBe(3);
    expect(server.requests).toHaveLength(9);
  });

  it('never sends a request twice when the server closes the connection instead of answering', async () => {
    let received = 0;
    await using server = await startTcpServer((socket) => {
      socket.once('data', () => {
        received += 1;
        socket.destroy();
      });
    });
    for (const method of ['GET', 'PUT', 'POST']) {
      const error = await failureOf(requestOnce({ url: server.url, method }));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error.message).toContain('closed the connection before its answer was complete');
    }
    expect(received).toBe(3);
  });

  it('opens a new connection when the server has closed the idle one', async () => {
    await using server = await startTcpServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    });
    await using client = createHttpClient();
    for (let n = 0; n < 3; n += 1) {
      const response = await client.request({ method: 'POST', url: server.url, body: '{}' });
      expect(response.body).toBe('ok');
      await sleep(20);
    }
    expect(server.connections).toBe(3);
  });

  it('does not reuse a connection whose keep-alive hint leaves no margin', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('keep-alive', 'timeout=1').end();
    });
    await using client = createHttpClient();
    await client.request({ method: 'POST', url: server.url });
    await client.request({ method: 'POST', url: server.url });
    expect(server.connections).toBe(2);
  });

  it('gives up a connection that is being made when it is closed', async () => {
    const cut = Promise.withResolvers<void>();
    await using server = await startTcpServer((socket) => socket.resume().once('close', () => cut.resolve()));
    const client = createHttpClient();
    const exchange = failureOf(
      client.request({ method: 'POST', url: server.url.replace('http:', 'https:') }),
    );
    await sleep(20);
    await client.close();
    expect(await exchange).toBeInstanceOf(RetryableError);
    // Long before the time for connecting would be up.
    const late = sleep(3_000, 'late', { ref: false });
    expect(await Promise.race([cut.promise, late])).toBeUndefined();
  });

  it('fails what is under way when it is closed', async () => {
    await using server = await startTcpServer(() => undefined);
    const client = createHttpClient();
    const exchange = failureOf(client.request({ method: 'POST', url: server.url }));
    await sleep(20);
    await client.close();
    expect(await exchange).toBeInstanceOf(RetryableError);
    expect(await failureOf(client.request({ method: 'POST', url: server.url }))).toBeInstanceOf(
      RetryableError,
    );
  });
});

describe('which addresses it connects to', () => {
  it('judges IP literals and names, with port and host name', async () => {
    await using server = await startHttpServer();
    const judged: JudgedAddress[] = [];
    const judge = (candidate: JudgedAddress) => {
      judged.push(candidate);
      return undefined;
    };
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    await requestOnce({ url: server.url }, { judge, resolve });
    await requestOnce({ url: `http://hooks.test:${server.port}` }, { judge, resolve });
    expect(judged).toEqual([
      { address: '127.0.0.1', port: server.port, hostname: '127.0.0.1' },
      { address: '127.0.0.1', port: server.port, hostname: 'hooks.test' },
    ]);
  });

  it('assumes port 80 for http and 443 for https', async () => {
    const ports: number[] = [];
    const judge = ({ port }: JudgedAddress) => {
      ports.push(port);
      return 'no';
    };
    await failureOf(requestOnce({ url: 'http://127.0.0.1' }, { judge }));
    await failureOf(requestOnce({ url: 'https://[::1]' }, { judge }));
    expect(ports).toEqual([80, 443]);
  });

  it('fails for good, in the same words for every host, when no address is allowed', async () => {
    await using server = await startHttpServer();
    const judge = () => 'loopback';
    const listening = await failureOf(requestOnce({ url: server.url }, { judge }));
    const silent = await failureOf(requestOnce({ url: `http://127.0.0.1:${await freePort()}` }, { judge }));
    expect(listening).toBeInstanceOf(PermanentError);
    expect(listening.message).toBe('the address is not allowed by the egress policy');
    expect(silent.message).toBe(listening.message);
    expect(server.connections).toBe(0);
  });

  it('connects to the allowed one of several addresses', async () => {
    await using server = await startHttpServer();
    const response = await requestOnce(
      { url: `http://hooks.test:${server.port}` },
      {
        resolve: () =>
          Promise.resolve([
            { address: '127.9.9.9', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ]),
        judge: ({ address }) => (address === '127.0.0.1' ? undefined : 'denied'),
      },
    );
    expect(response.status).toBe(200);
  });

  it('asks for a name once for each connection, so that a changed answer leads nowhere', async () => {
    await using server = await startHttpServer();
    const answers = ['127.0.0.1', '127.9.9.9'];
    const response = await requestOnce(
      { url: `http://rebinding.test:${server.port}` },
      {
        resolve: () => Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]),
        judge: ({ address }) => (address === '127.0.0.1' ? undefined : 'denied'),
      },
    );
    expect(response.status).toBe(200);
    expect(answers).toEqual(['127.9.9.9']);
  });

  it('asks the system once for connections that are opened together', async () => {
    const resolve = createResolver();
    const first = resolve('localhost');
    expect(resolve('localhost')).toBe(first);
    await first;
    expect(resolve('localhost')).not.toBe(first);
  });

  it('resolves localhost by the system', async () => {
    await using server = await startHttpServer();
    const response = await requestOnce({ url: `http://localhost:${server.port}` });
    expect(response.status).toBe(200);
  });
});

describe('TLS', () => {
  it('refuses a self-signed certificate and says how to allow it', async () => {
    await using server = await startHttpsServer();
    const error = await failureOf(requestOnce({ url: server.url }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toBe(
      `TLS certificate of 127.0.0.1:${server.port} is not trusted (self-signed); allow insecure certificates if it is meant to be`,
    );
    expect(server.requests).toHaveLength(0);
  });

  it('accepts it where that is asked for, and only for that request', async () => {
    await using server = await startHttpsServer();
    await using client = createHttpClient();
    const request = { method: 'POST', url: server.url };
    expect((await client.request({ ...request, allowInsecureCertificates: true })).status).toBe(200);
    expect(await failureOf(client.request(request))).toBeInstanceOf(RetryableError);
  });

  it('shows the server the host name of the URL, not the address', async () => {
    await using server = await startHttpsServer();
    const response = await requestOnce(
      { url: `https://hooks.test:${server.port}`, allowInsecureCertificates: true },
      { resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]) },
    );
    expect(response.status).toBe(200);
    expect(server.requests[0]?.headers['host']).toBe(`hooks.test:${server.port}`);
    expect(server.serverNames).toEqual(['hooks.test']);
  });

  it('says so when the server does not speak TLS', async () => {
    await using server = await startHttpServer();
    const error = await failureOf(requestOnce({ url: server.url.replace('http:', 'https:') }));
    expect(error.message).toContain('does not speak TLS');
  });
});

describe('a failure tells whether the request may have been acted on', () => {
  const silent = () => startTcpServer(() => undefined);

  it.each<[how: string, fail: (url: string) => Promise<HttpResponse>]>([
    ['the time is up', (url) => requestOnce({ url, timeoutMs: 500 })],
    ['the caller aborts', (url) => requestOnce({ url, signal: AbortSignal.timeout(500) })],
  ])('it may, when %s while the answer is awaited', async (_how, fail) => {
    await using server = await silent();
    expect(await failureOf(fail(server.url))).toBeInstanceOf(NoAnswerError);
  });

  it.each([
    ['nothing', ''],
    ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal'],
    ['something that is no answer', '220 mail.test ESMTP\r\n'],
  ])('it may, when the server hangs up after %s', async (_what, sent) => {
    await using server = await startTcpServer((socket) => socket.once('data', () => socket.end(sent)));
    expect(await failureOf(requestOnce({ url: server.url }))).toBeInstanceOf(NoAnswerError);
  });

  it('it cannot, when there was no connection', async () => {
    await using http = await silent();
    await using https = await startHttpsServer();
    for (const url of [
      `http://127.0.0.1:${await freePort()}`,
      http.url.replace('http:', 'https:'),
      https.url,
    ]) {
      const error = await failureOf(requestOnce({ url, timeoutMs: 200 }));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error).not.toBeInstanceOf(NoAnswerError);
    }
    expect(https.requests).toEqual([]);
  });

  it('it cannot, when it waited for a connection', async () => {
    await using server = await silent();
    await using client = createHttpClient({ maxConnectionsPerOrigin: 1 });
    const first = failureOf(client.request({ method: 'POST', url: server.url }));
    const second = await failureOf(client.request({ method: 'POST', url: server.url, timeoutMs: 30 }));
    expect(second).not.toBeInstanceOf(NoAnswerError);
    await client.close();
    expect(await first).toBeInstanceOf(NoAnswerError);
  });
});

describe('what is lent out', () => {
  it('has connections of its own for each borrower', async () => {
    await using server = await startHttpServer((request, response) => {
      if (request.path !== '/held') response.end('ok');
    });
    await using client = createHttpClient({ maxConnectionsPerOrigin: 1 });
    const get = (path: string) => ({ origin: server.url, path, method: 'GET' }) as const;
    const held = client.dispatcher('one').request(get('/held'));
    held.catch(() => undefined);
    await waitFor(
      async () => server.requests.length > 0,
      () => 'the request',
    );
    const { body } = await client.dispatcher('other').request(get('/'));
    expect(await body.text()).toBe('ok');
    expect((await client.request({ method: 'GET', url: server.url })).body).toBe('ok');
    expect(client.dispatcher('one')).toBe(client.dispatcher('one'));
    await client.close();
    await expect(held).rejects.toThrow();
  });
});

describe('failures in words', () => {
  it('names a refused connection', async () => {
    const port = await freePort();
    const error = await failureOf(requestOnce({ url: `http://127.0.0.1:${port}` }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toBe(`connection refused by 127.0.0.1:${port}`);
  });

  it('names a host that is not found', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }));
    const error = await failureOf(requestOnce({ url: 'http://nowhere.test' }, { resolve }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toBe('host name of nowhere.test:80 not found');
  });

  it('names a peer that does not speak HTTP', async () => {
    await using server = await startTcpServer((socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n\r\n'));
    const error = await failureOf(requestOnce({ url: server.url }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toMatch(/did not answer in HTTP|closed the connection/);
  });

  it.each([
    ['not a URL', 'the URL cannot be parsed'],
    ['ftp://example.com/', 'the URL must begin with http:// or https://, not ftp:'],
    ['file:///etc/passwd', 'the URL must begin with http:// or https://, not file:'],
    ['http://user:password@example.com/', 'the URL must not contain user info (user:password@)'],
  ])('refuses the URL %s for good', async (url, message) => {
    const error = await failureOf(requestOnce({ url }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe(message);
  });

  it.each([
    ['x-a', 'one\r\nx-b: two'],
    ['x-a', 'nul\0'],
    ['x-a\r\nx-b', 'one'],
    ['', 'one'],
    ['Host', 'internal'],
    ['content-length', '3'],
    ['Transfer-Encoding', 'chunked'],
    ['Proxy-Authorization', 'Basic eA=='],
  ])('refuses the header %j: %j for good, before anything is sent', async (name, value) => {
    await using server = await startHttpServer();
    const error = await failureOf(requestOnce({ url: server.url, headers: [[name, value]] }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(server.connections).toBe(0);
  });

  it.each(['CONNECT', 'GET /x HTTP/1.1\r\nx: y', ''])('refuses the method %j for good', async (method) => {
    await using server = await startHttpServer();
    const error = await failureOf(requestOnce({ url: server.url, method }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(server.requests).toHaveLength(0);
  });
});
