import { describe, expect, it } from '@jest/globals';
import type { HttpRequest, HttpResponse } from '../../sdk/index.ts';
import { createRedactor } from '../redaction/redactor.ts';
import { AttemptRecorder } from './attempt-recorder.ts';

const redact = createRedactor(['hunter2!']);
const answer: HttpResponse = { status: 200, headers: {}, body: 'ok', truncated: false, durationMs: 1 };

async function exchanged(request: Partial<HttpRequest>, response: Partial<HttpResponse> = {}) {
  const recorder = new AttemptRecorder(
    { request: () => Promise.resolve({ ...answer, ...response }) },
    redact,
  );
  await recorder.http.request({ method: 'POST', url: 'http://a.test/', ...request });
  return recorder.parts as unknown as { sent: Kept; received: Kept };
}

interface Kept {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly truncated?: true;
}

describe('what the log keeps of an exchange', () => {
  it('is 4 KiB of a body, without half a character', async () => {
    const { sent, received } = await exchanged({ body: '€'.repeat(2_000) }, { body: 'x'.repeat(4_096) });
    expect(sent).toMatchObject({ body: '€'.repeat(1_365), truncated: true });
    expect(received).toMatchObject({ body: 'x'.repeat(4_096) });
    expect(received).not.toHaveProperty('truncated');
  });

  it('is 4 KiB of the headers all together', async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`x-${String(i)}`, 'ä'.repeat(500)]),
    );
    const { received } = await exchanged({}, { headers });
    expect(Buffer.byteLength(JSON.stringify(received.headers))).toBeLessThan(5_000);
    expect(received.headers[0]).toEqual(['x-0', 'ä'.repeat(500)]);
    expect(received.headers.at(-2)?.[1]).toMatch(/^ä+…$/);
    expect(received.headers.at(-1)).toEqual(['…', 'further headers are not kept']);
  });

  it('is all of a few headers', async () => {
    const { sent } = await exchanged({
      headers: [
        ['a', '1'],
        ['b', 'hunter2!'],
      ],
    });
    expect(sent.headers).toEqual([
      ['a', '1'],
      ['b', '********'],
    ]);
  });

  it('is a note where a plugin sent what is no request', async () => {
    const { sent } = await exchanged({ url: new URL('http://a.test/') as unknown as string });
    expect(sent).toMatch(/^<not kept: /);
  });
});

it('keeps what a plugin recorded without secrets, also in the keys', () => {
  const recorder = new AttemptRecorder({ request: () => Promise.resolve(answer) }, redact);
  recorder.record({ sent: { 'hunter2!': ['hunter2!'] } });
  expect(recorder.parts).toEqual({ sent: { '********': ['********'] } });
});
