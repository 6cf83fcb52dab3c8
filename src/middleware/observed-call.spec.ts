import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startReceiver, type Receiver } from '../../test/support/receiver.ts';
import type { CallData } from './call-data.ts';
import { expressReporter, type ExpressReporter } from './express.ts';
import type { FrameworkRequest } from './observed-call.ts';

/** What the application does with a request whose body it has read. */
type Prepare = (request: FrameworkRequest, body: string) => void;

describe('a call whose body was read before', () => {
  let receiver: Receiver;
  let report: ExpressReporter;
  let server: Server;
  let prepare: Prepare;
  let warnings: string[];

  beforeEach(async () => {
    receiver = await startReceiver({ respond: () => ({ status: 202 }) });
    warnings = [];
    report = expressReporter({
      url: receiver.url,
      token: 't',
      maxBodyBytes: 20,
      warn: (message) => void warnings.push(message),
    });
    server = createServer((request, response) => {
      void request.toArray().then((chunks: Buffer[]) => {
        prepare(request, Buffer.concat(chunks).toString());
        report(request, response, () => response.end('done'));
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await report.close();
    await receiver[Symbol.asyncDispose]();
  });

  const post = async (body: string): Promise<string> => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${String(port)}/a`, { method: 'POST', body });
    return response.text();
  };
  const reported = async (): Promise<readonly CallData[]> => {
    await report.flush();
    return receiver.deliveries
      .flatMap(({ body }) => JSON.parse(body) as readonly { readonly data: CallData }[])
      .map(({ data }) => data);
  };
  const parsed: Prepare = (request, body) => Object.assign(request, { body: JSON.parse(body) as unknown });

  it('is reported with what the application has made of it, as far as that may be kept', async () => {
    prepare = parsed;
    await post('{"a":[1]}');
    await post('{"a":"0123456789 and more"}');
    await post('{"__proto__":{}}');
    expect((await reported()).map(({ request: { body, truncated } }) => ({ body, truncated }))).toEqual([
      { body: { a: [1] } },
      { body: '{"a":"0123456789 and', truncated: true },
      // As an object Signalbox would refuse it, and all that is sent with it.
      { body: '{"__proto__":{}}' },
    ]);
  });

  it('is answered when looking at it fails, and the others are reported', async () => {
    prepare = (request) =>
      Object.defineProperty(request, 'body', {
        get: () => {
          throw new Error('read it with readBody()');
        },
      });
    expect(await post('{}')).toBe('done');
    prepare = parsed;
    expect(await post('{"a":1}')).toBe('done');
    expect(await reported()).toMatchObject([{ request: { body: { a: 1 } }, response: { body: 'done' } }]);
    expect(warnings).toEqual([expect.stringContaining('a call cannot be reported: Error: read it')]);
  });
});
