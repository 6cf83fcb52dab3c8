import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort, startTcpServer } from '../../test/support/servers.ts';
import { PermanentError, RetryableError } from './errors.ts';
import type { JudgedAddress } from './http-address.ts';
import { createTcpConnector, type TcpConnectorOptions } from './tcp-connector.ts';

/** An echo, and a connector that is closed with it. */
async function startEcho(options: TcpConnectorOptions = {}) {
  const server = await startTcpServer((socket) => socket.pipe(socket));
  const { connect, close } = createTcpConnector(options);
  return {
    server,
    connect,
    close,
    async [Symbol.asyncDispose]() {
      close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

async function failureOf(connecting: Promise<Socket>): Promise<unknown> {
  return connecting.then(
    () => 'connected',
    (reason: unknown) => reason,
  );
}

const toLoopback = async () => [{ address: '127.0.0.1', family: 4 }];

describe('a TCP connection', () => {
  it('leads to the host, by address and by name', async () => {
    await using echo = await startEcho({ resolve: toLoopback });
    for (const host of ['127.0.0.1', 'mail.example.com']) {
      const socket = await echo.connect({ host, port: echo.server.port });
      expect(await echoed(socket, 'hello')).toBe('hello');
      socket.end();
    }
  });

  it('is judged by each address of the name, and made to one that may be reached', async () => {
    const judged: JudgedAddress[] = [];
    await using echo = await startEcho({
      resolve: async () => [{ address: '10.1.2.3', family: 4 }, ...(await toLoopback())],
      judge: (candidate) => {
        judged.push(candidate);
        return candidate.address.startsWith('10.') ? 'not in the allow list' : undefined;
      },
    });
    const { port } = echo.server;
    const socket = await echo.connect({ host: 'mail.example.com', port });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(judged).toEqual([
      { address: '10.1.2.3', port, hostname: 'mail.example.com' },
      { address: '127.0.0.1', port, hostname: 'mail.example.com' },
    ]);
  });

  it('is not made to an address that is denied', async () => {
    await using echo = await startEcho({ judge: () => 'loopback, not in the allow list' });
    const failure = await failureOf(echo.connect({ host: '127.0.0.1', port: echo.server.port }));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure).toMatchObject({ message: 'the address is not allowed by the egress policy' });
    expect(echo.server.connections).toBe(0);
  });

  it('that nobody takes may be tried again', async () => {
    await using echo = await startEcho();
    const port = await freePort();
    const failure = await failureOf(echo.connect({ host: '127.0.0.1', port }));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure).toMatchObject({ message: `connection refused by 127.0.0.1:${String(port)}` });
  });

  it('gives up when the time is up, the look-up of the name included', async () => {
    await using echo = await startEcho({ resolve: () => new Promise(() => undefined) });
    const failure = await failureOf(echo.connect({ host: 'slow.example.com', port: 25, timeoutMs: 20 }));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure).toMatchObject({ message: 'connecting to slow.example.com:25 took longer than 20 ms' });
  });

  it.each(['before', 'while'])('is given up when it is aborted %s it is made', async (when) => {
    await using echo = await startEcho({ resolve: () => new Promise(() => undefined) });
    const abort = new AbortController();
    if (when === 'before') abort.abort();
    const connecting = failureOf(echo.connect({ host: 'a.example.com', port: 25, signal: abort.signal }));
    abort.abort();
    expect(await connecting).toMatchObject({ message: 'connecting to a.example.com:25 was aborted' });
    expect(await connecting).toBeInstanceOf(RetryableError);
  });

  it.each(['signal', 'connector'])('that is open ends with its %s', async (which) => {
    await using echo = await startEcho();
    const abort = new AbortController();
    const { port } = echo.server;
    const socket = await echo.connect({ host: '127.0.0.1', port, signal: abort.signal });
    const closed = once(socket, 'close');
    if (which === 'signal') abort.abort();
    else echo.close();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('to a port that there is not is refused', async () => {
    await using echo = await startEcho();
    expect(await failureOf(echo.connect({ host: '127.0.0.1', port: 70_000 }))).toBeInstanceOf(RetryableError);
  });
});

describe('a look-up', () => {
  it('gives the addresses of a host that may be reached at a port', async () => {
    const { lookup } = createTcpConnector({
      resolve: async () => [{ address: '10.1.2.3', family: 4 }, ...(await toLoopback())],
      judge: ({ address, port }) => (address.startsWith('10.') && port !== 9 ? 'no' : undefined),
    });
    expect(await lookup({ host: 'lan.example.com', port: 8 })).toEqual(['127.0.0.1']);
    expect(await lookup({ host: 'lan.example.com', port: 9 })).toEqual(['10.1.2.3', '127.0.0.1']);
  });

  it('fails for good where none may be, and for now where the name is not known', async () => {
    const denied = createTcpConnector({ resolve: toLoopback, judge: () => 'no' });
    await expect(denied.lookup({ host: 'a', port: 1 })).rejects.toBeInstanceOf(PermanentError);
    const lost = Object.assign(new Error('getaddrinfo ENOTFOUND a'), { code: 'ENOTFOUND' });
    const unknown = createTcpConnector({ resolve: () => Promise.reject(lost) });
    await expect(unknown.lookup({ host: 'a', port: 1 })).rejects.toBeInstanceOf(RetryableError);
  });
});
