import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { docsExamples, runDocsExample } from '../support/api-docs.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

describe('docs/api.md', () => {
  let signalbox: TestSignalbox;

  beforeAll(async () => {
    signalbox = await startSignalbox({ config: { plugins: ['vm', 'webhook', 'schedule', 'generic'] } });
  });
  afterAll(async () => {
    await signalbox[Symbol.asyncDispose]();
  });

  it.each(docsExamples())('shows what happens: $heading', async (example) => {
    const { problems } = await runDocsExample(example, {
      url: signalbox.url,
      auth: `Authorization: Bearer ${signalbox.token}`,
      json: 'Content-Type: application/json',
    });
    expect(problems).toEqual([]);
  });
});
