import { expect } from '@jest/globals';
import { errorCodes, type ErrorCode } from '../../src/domain/errors.ts';

/** An answer, of `fetch` or of supertest, that is the problem with this code, whole and with the status that belongs to it. */
export function problem(code: ErrorCode, more: object = {}): object {
  const [status, title, action] = errorCodes[code];
  return {
    status,
    body: expect.objectContaining({
      type: `urn:signalbox:error:${code}`,
      title,
      status,
      detail: expect.stringMatching(/./),
      code,
      action,
      requestId: expect.stringMatching(/./),
      ...more,
    }),
  };
}
