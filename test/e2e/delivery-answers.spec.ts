import { describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { RunDetail } from '../support/api-client.ts';
import { startHttpServer, startTcpServer } from '../support/servers.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';
import { wireWebhook } from '../support/wired-webhook.ts';

/** Sends one message to a URL. */
async function sendTo(url: string, settings: object = {}): Promise<RunDetail> {
  await using app = await startSignalbox();
  const webhook = await wireWebhook(app.api, {
    url,
    settings: { backoff: { first: 0.01, factor: 1 }, ...settings },
  });
  return await webhook.send();
}

/** Sends to a peer that does this with each request, the first of them being number 1. */
async function sendToPeer(onRequest: (socket: Socket, n: number) => void): Promise<RunDetail> {
  let requests = 0;
  await using server = await startTcpServer((socket) => {
    socket.on('data', () => {
      onRequest(socket, ++requests);
    });
  });
  const run = await sendTo(server.url);
  expect(requests).toBe(run.attempts);
  return run;
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('a long answer', () => {
  it('is kept up to 4 KiB when it ends within 64', async () => {
    const body = 'äb'.repeat(10_000);
    await using server = await startHttpServer((_request, response) => response.end(body));
    const run = await sendTo(server.url);
    expect(run.state).toBe('succeeded');
    expect(run.attemptLog[0]!.received).toMatchObject({
      status: 200,
      body: firstBytes(body, 4_096),
      truncated: true,
    });
  });

  it('is whole up to 4 KiB', async () => {
    const body = 'x'.repeat(4_096);
    await using server = await startHttpServer((_request, response) => response.end(body));
    const { received } = (await sendTo(server.url)).attemptLog[0]!;
    expect(received).toMatchObject({ body });
    expect(received).not.toHaveProperty('truncated');
  });

  it('is read up to 64 KiB, then the connection is cut; the status counts', async () => {
    let closed = false;
    await using server = await startHttpServer((_request, response) => {
      response.on('close', () => (closed = true));
      response.write('y'.repeat(200_000));
      // It never ends.
    });
    const run = await sendTo(server.url);
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(run.attemptLog[0]!.received).toMatchObject({ body: 'y'.repeat(4_096), truncated: true });
    await waitFor(
      () => closed,
      () => 'the connection to be closed',
    );
    expect(server.requests).toHaveLength(1);
  });

  it('that never ends takes no more than is read of it', async () => {
    let written = 0;
    await using server = await startHttpServer((_request, response) => {
      const flood = (): void => {
        while (!response.destroyed && response.write('z'.repeat(16_384))) written += 16_384;
      };
      response.on('drain', flood);
      flood();
    });
    const run = await sendTo(server.url);
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
    // What the buffers of both sides took is written, too.
    expect(written).toBeLessThan(20_000_000);
  });

  it('of a failure is cut, too', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(422).end('e'.repeat(100_000));
    });
    const run = await sendTo(server.url);
    expect(run).toMatchObject({ state: 'failed', attempts: 1, reason: expect.stringContaining('HTTP 422') });
    expect(run.attemptLog[0]!.received).toMatchObject({ body: 'e'.repeat(4_096), truncated: true });
  });
});

describe('a receiver that closes early', () => {
  it.each([
    ['before it answers', ''],
    ['in the middle of the status line', 'HTTP/1.1 2'],
    ['in the middle of the headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['in the middle of the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345'],
    ['in the middle of a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n123'],
  ])('%s is tried again', async (_when, part) => {
    const run = await sendToPeer((socket, n) => socket.end(n === 1 ? part : ok));
    expect(run).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect(run.attemptLog[0]).toMatchObject({
      outcome: 'retrying',
      error: expect.stringContaining('closed the connection before its answer was complete'),
    });
  });

  it('by a reset is tried again', async () => {
    const run = await sendToPeer((socket, n) => {
      if (n === 1) socket.resetAndDestroy();
      else socket.end(ok);
    });
    expect(run).toMatchObject({ state: 'succeeded', attempts: 2 });
  });

  it('after the answer has done its part', async () => {
    const run = await sendToPeer((socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nbye'));
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(run.attemptLog[0]!.received).toMatchObject({ body: 'bye' });
  });
});

describe('a receiver that speaks strangely', () => {
  it('not in HTTP, is tried again', async () => {
    const run = await sendToPeer((socket, n) => socket.end(n === 1 ? 'SSH-2.0-OpenSSH_9.9\r\n' : ok));
    expect(run).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect(run.attemptLog[0]!.error).toContain('did not answer in HTTP/1.1');
  });

  it('with endless headers, is tried again', async () => {
    const run = await sendToPeer((socket, n) => {
      socket.end(n === 1 ? `HTTP/1.1 200 OK\r\nx-long: ${'h'.repeat(100_000)}\r\n\r\n` : ok);
    });
    expect(run).toMatchObject({ state: 'succeeded', attempts: 2 });
  });

  it('with early hints, is heard to the end', async () => {
    const run = await sendToPeer((socket) =>
      socket.end(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 201 Created\r\n\r\n`),
    );
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(run.attemptLog[0]!.received).toMatchObject({ status: 201 });
  });

  it('with bytes that are no text, leaves a readable log', async () => {
    const run = await sendToPeer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-raw: \xff\xfe\r\ncontent-length: 6\r\n\r\n', 'latin1');
      socket.end(Buffer.from([0, 0xff, 0xc3, 0x28, 0xed, 0xa0]));
    });
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(run.attemptLog[0]!.received!.body).toContain('\0');
  });
});

describe('a compressed answer', () => {
  it('is not asked for, and not unpacked when it comes all the same', async () => {
    const bomb = gzipSync('0'.repeat(10_000_000));
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const run = await sendTo(server.url);
    expect(server.requests[0]!.headers).toMatchObject({ 'accept-encoding': 'identity' });
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
    const { received } = run.attemptLog[0]!;
    expect(received!.body).toBe(firstBytes(bomb.toString(), 4_096));
    expect(received!.headers).toContainEqual(['content-encoding', 'gzip']);
  });
});

/** As much of a text as fits into so many bytes of UTF-8; no character is cut in two. */
function firstBytes(text: string, bytes: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}
