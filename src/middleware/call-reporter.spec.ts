import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { startReceiver, type Answer, type Delivery, type Receiver } from '../../test/support/receiver.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import type { CallData } from './call-data.ts';
import { CallReporter } from './call-reporter.ts';
import type { ReporterOptions } from './options.ts';

interface Sent {
  readonly type: string;
  readonly id: string;
  readonly source: string;
  readonly time: string;
  readonly causedBy?: object;
  readonly data: CallData;
}

function call(url: string, status = 200, more: Partial<CallData> = {}): CallData {
  return {
    request: { method: 'GET', url, headers: {} },
    response: { status, headers: {} },
    durationMs: 1,
    ...more,
  };
}

function eventsIn({ body }: Delivery): readonly Sent[] {
  return JSON.parse(body) as readonly Sent[];
}

function urlsIn(deliveries: readonly Delivery[]): readonly (readonly string[])[] {
  return deliveries.map((delivery) => eventsIn(delivery).map(({ data }) => data.request.url));
}

interface Bench extends AsyncDisposable {
  readonly receiver: Receiver;
  readonly reporter: CallReporter;
  readonly warnings: string[];
}

async function bench(
  respond: (delivery: Delivery, n: number) => Answer | Promise<Answer> = () => ({ status: 202 }),
  options: Partial<ReporterOptions> = {},
): Promise<Bench> {
  const receiver = await startReceiver({ respond });
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const reporter = new CallReporter({ url: receiver.url, token: 't', warn, ...options });
  return {
    receiver,
    reporter,
    warnings,
    async [Symbol.asyncDispose]() {
      await reporter.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

const soon = { status: 503, headers: { 'retry-after': '0' }, body: '{"detail": "too much at once"}' };

describe('reported calls', () => {
  it('are events with an id, a source, a time and a type that says how they went', async () => {
    await using $ = await bench(undefined, { source: 'urn:shop', trustCause: true });
    const headers = { 'signalbox-cause': '0199ed2b-6f6e-7000-8000-000000000001;depth=2' };
    $.reporter.report(call('/a', 302, { request: { method: 'GET', url: '/a', headers } }));
    $.reporter.report(call('/b', 404));
    $.reporter.report(call('/c', 200, { error: 'the caller went away' }));
    await $.reporter.flush();
    const [delivery] = $.receiver.deliveries;
    expect(delivery).toMatchObject({
      ...{ method: 'POST', path: '/api/events' },
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    });
    const sent = $.receiver.deliveries.flatMap(eventsIn);
    expect(sent.map(({ type, source, data }) => [type, source, data.request.url])).toEqual([
      ['route.completed', 'urn:shop', '/a'],
      ['route.failed', 'urn:shop', '/b'],
      ['route.failed', 'urn:shop', '/c'],
    ]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
    expect(sent[0]).toMatchObject({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      causedBy: { id: '0199ed2b-6f6e-7000-8000-000000000001', depth: 2 },
    });
  });

  it('that end together are sent together', async () => {
    const first = Promise.withResolvers<void>();
    await using $ = await bench(async (_, n) => {
      if (n === 1) await first.promise;
      return { status: 202 };
    });
    $.reporter.report(call('/0'));
    await $.receiver.got(1);
    for (let i = 1; i <= 600; i++) $.reporter.report(call(`/${String(i)}`));
    first.resolve();
    await $.reporter.flush();
    const sizes = urlsIn($.receiver.deliveries).map((urls) => urls.length);
    expect({ largest: Math.max(...sizes), few: sizes.length < 6 }).toEqual({ largest: 500, few: true });
    expect(urlsIn($.receiver.deliveries).flat()).toEqual(
      Array.from({ length: 601 }, (_, i) => `/${String(i)}`),
    );
  });

  it('fit into what Signalbox takes at once', async () => {
    await using $ = await bench();
    const body = '"'.repeat(60_000);
    for (let i = 0; i < 6; i++) {
      $.reporter.report(call('/a', 200, { response: { status: 200, headers: {}, body } }));
    }
    const huge = '\u0001'.repeat(65_536);
    $.reporter.report(
      call('/huge', 200, { response: { status: 200, headers: {}, body: huge, truncated: true } }),
    );
    await $.reporter.flush();
    for (const delivery of $.receiver.deliveries)
      expect(Buffer.byteLength(delivery.body)).toBeLessThan(256 * 1024);
    const last = $.receiver.deliveries.flatMap(eventsIn).at(-1);
    expect(last?.data).toMatchObject({
      request: { url: '/huge' },
      response: { status: 200, truncated: true },
    });
    expect(last?.data.response).not.toHaveProperty('body');
  });

  it('are sent again, under the same ids, when Signalbox does not take them', async () => {
    await using $ = await bench((_, n) => (n < 3 ? soon : { status: 202 }));
    $.reporter.report(call('/a'));
    await $.receiver.got(3);
    await $.reporter.flush();
    const ids = $.receiver.deliveries.map((delivery) => eventsIn(delivery).map(({ id }) => id));
    expect(new Set(ids.flat()).size).toBe(1);
    expect($.reporter.dropped).toBe(0);
    expect($.warnings).toEqual([
      'signalbox/middleware: calls wait, since Signalbox does not take them now: 503 too much at once',
    ]);
  });

  it('wait until Signalbox is there', async () => {
    const receiver = await startReceiver({ respond: () => ({ status: 202 }) });
    const { port } = receiver;
    await receiver[Symbol.asyncDispose]();
    const warnings: string[] = [];
    const reporter = new CallReporter({
      ...{
        url: `http://127.0.0.1:${String(port)}`,
        token: 't',
        warn: (message: string) => void warnings.push(message),
      },
    });
    reporter.report(call('/a'));
    await reporter.flush();
    expect(warnings).toEqual([expect.stringContaining('ECONNREFUSED')]);
    await using back = await startReceiver({ port, respond: () => ({ status: 202 }) });
    await reporter.flush();
    expect(urlsIn(await back.got(1))).toEqual([['/a']]);
    await reporter.close();
  });

  it('that Signalbox refuses do not keep the others from being stored', async () => {
    const refusal = (field: string) => ({ status: 422, body: JSON.stringify({ detail: 'bad', field }) });
    const stored: string[] = [];
    await using $ = await bench((delivery) => {
      const urls = eventsIn(delivery).map(({ data }) => data.request.url);
      if (urls.includes('/named')) return refusal(`events[${String(urls.indexOf('/named'))}].data.response`);
      if (urls.includes('/unnamed')) return { status: 400, body: 'no' };
      stored.push(...urls);
      return { status: 202 };
    });
    for (const url of ['/a', '/named', '/b', '/unnamed', '/c']) $.reporter.report(call(url));
    await $.reporter.flush();
    expect({ stored, dropped: $.reporter.dropped }).toEqual({ stored: ['/a', '/b', '/c'], dropped: 2 });
    expect($.warnings).toEqual([expect.stringContaining('422 bad'), expect.stringContaining('400 no')]);
  });

  it('are sent in halves after a refusal that blames none, and as many as usual once these have gone', async () => {
    const first = Promise.withResolvers<void>();
    const report = (count: number, $: Bench) => {
      for (let i = 0; i < count; i++) $.reporter.report(call('/a'));
    };
    await using $: Bench = await bench(async (_, n) => {
      if (n === 1) await first.promise;
      if (n === 2) return { status: 413, body: '{"detail": "too many"}' };
      // The queue is never empty: there is more before these have gone.
      if (n === 3) report(60, $);
      return { status: 202 };
    });
    report(1, $);
    await $.receiver.got(1);
    report(40, $);
    await turn();
    first.resolve();
    await $.reporter.flush();
    const sizes = urlsIn($.receiver.deliveries).map((urls) => urls.length);
    expect({ sizes, dropped: $.reporter.dropped }).toEqual({ sizes: [1, 40, 20, 20, 60], dropped: 0 });
  });

  it('that find no room are counted, and told of once', async () => {
    const hold = Promise.withResolvers<Answer>();
    await using $ = await bench(() => hold.promise, { maxWaiting: 10 });
    for (let i = 0; i < 30; i++) $.reporter.report(call(`/${String(i)}`));
    await waitFor(
      () => $.reporter.dropped === 20,
      () => '20 dropped calls',
    );
    expect($.warnings).toEqual(['signalbox/middleware: calls are not reported: too many wait for Signalbox']);
    hold.resolve({ status: 202 });
    await $.reporter.flush();
    expect(urlsIn($.receiver.deliveries).flat()).toHaveLength(10);
  });

  it('take no more memory than they may', async () => {
    const hold = Promise.withResolvers<Answer>();
    await using $ = await bench(() => hold.promise, { maxWaitingBytes: 100_000 });
    const response = { status: 200, headers: {}, body: 'x'.repeat(30_000) };
    for (let i = 0; i < 5; i++) $.reporter.report(call('/a', 200, { response }));
    await waitFor(
      () => $.reporter.dropped === 2,
      () => '2 dropped calls',
    );
    hold.resolve({ status: 202 });
  });

  it('are lost when the reporter is closed and Signalbox does not take them, and none come after', async () => {
    await using $ = await bench(() => soon);
    $.reporter.report(call('/a'));
    $.reporter.report(call('/b'));
    await $.reporter.close();
    $.reporter.report(call('/c'));
    await $.reporter.close();
    expect($.reporter.dropped).toBe(3);
  });
});

describe('the application', () => {
  it('is not disturbed by its own filter and warnings', async () => {
    await using $ = await bench(undefined, {
      filter: ({ request }) => {
        if (request.url === '/odd') throw new Error('odd');
        return request.url !== '/quiet';
      },
      warn: () => {
        throw new Error('no log');
      },
    });
    for (const url of ['/odd', '/quiet', '/a']) $.reporter.report(call(url));
    await $.reporter.flush();
    expect(urlsIn($.receiver.deliveries).flat()).toEqual(['/a']);
  });

  it('is told at once of a URL that is none', () => {
    for (const url of ['127.0.0.1:4280', 'signalbox:4280', '']) {
      expect(() => new CallReporter({ url, token: 't' })).toThrow(`"${url}" is no http:// or https:// URL`);
    }
  });
});
