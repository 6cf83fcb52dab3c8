import { describe, expect, it } from '@jest/globals';
import type { Logger } from '../../sdk/index.ts';
import { createRedactor, redactNothing } from '../redaction/redactor.ts';
import { redactedError, redactedLogger } from './redacted-logger.ts';

const redact = createRedactor(['hunter2!']);

function recording(): { readonly logger: Logger; readonly lines: [fields: object, message: string][] } {
  const lines: [object, string][] = [];
  const write = (fields: object, message: string): void => {
    lines.push([fields, message]);
  };
  return { logger: { debug: write, info: write, warn: write, error: write }, lines };
}

describe('a logger for code that knows secrets', () => {
  it.each(['debug', 'info', 'warn', 'error'] as const)('takes them out of %s lines', (level) => {
    const { logger, lines } = recording();
    redactedLogger(logger, redact)[level](
      { user: 'hunter2!', at: { depth: ['hunter2!'] }, n: 5 },
      'is hunter2!',
    );
    expect(lines).toEqual([[{ user: '********', at: { depth: ['********'] }, n: 5 }, 'is ********']]);
  });

  it('takes them out of errors, their stacks, fields and causes', () => {
    const { logger, lines } = recording();
    const cause = Object.assign(new TypeError('no hunter2!'), { url: 'http://hunter2!@host' });
    redactedLogger(logger, redact).error({ err: new Error('not hunter2!', { cause }) }, 'failed');
    const [fields] = lines[0] ?? [];
    const { err } = fields as { err: Error & { cause: Error & { url: string } } };
    expect(err).toBeInstanceOf(Error);
    expect(err.message).toBe('not ********');
    expect(err.stack).toContain('redacted-logger.spec');
    expect(err.cause).toMatchObject({
      name: 'TypeError',
      message: 'no ********',
      url: 'http://********@host',
    });
    expect([err.stack, err.cause.stack].join()).not.toContain('hunter2!');
  });

  it('is the logger itself where there are none', () => {
    const { logger } = recording();
    expect(redactedLogger(logger, redactNothing)).toBe(logger);
  });
});

it.each<[unknown, unknown]>([
  ['hunter2!', '********'],
  [{ a: 'hunter2!' }, { a: '********' }],
  [10n, '<not kept: a bigint is not JSON>'],
])('makes %p safe, though it is no error', (thrown, safe) => {
  expect(redactedError(thrown, redact)).toEqual(safe);
});
