import { errorCodes, type ErrorCode } from '../../domain/errors.ts';
import { problemMediaType } from '../errors/problem.ts';
import { schemaRef } from './json-schema.ts';

/** The error answers of all routes, each once: most routes fail alike. */
export class ProblemResponses {
  readonly #responses = new Map<string, object>();

  /** References to the responses with these codes, by status. */
  of(codes: readonly ErrorCode[]): Readonly<Record<string, object>> {
    const byStatus = Map.groupBy([...new Set(codes)].sort(), (code) => errorCodes[code][0]);
    return Object.fromEntries(
      [...byStatus].map(([status, alike]) => {
        const name = alike.join('.');
        if (!this.#responses.has(name)) this.#responses.set(name, responseOf(status, alike));
        return [String(status), { $ref: `#/components/responses/${name}` }];
      }),
    );
  }

  all(): Readonly<Record<string, object>> {
    return Object.fromEntries([...this.#responses].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function responseOf(status: number, codes: readonly ErrorCode[]): object {
  const titles = codes.map((code) => `\`${code}\`: ${errorCodes[code][1]}`);
  return {
    description: titles.join('; '),
    ...headersOf(status),
    content: {
      [problemMediaType]: {
        schema: { allOf: [schemaRef('Problem')], properties: { code: { enum: codes } } },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function headersOf(status: number): object {
  const header = headers[status];
  return header ? { headers: header } : {};
}

const headers: Readonly<Record<number, object>> = {
  401: { 'www-authenticate': { description: 'How to send a token.', schema: { type: 'string' } } },
  405: { allow: { description: 'The methods of the path.', schema: { type: 'string' } } },
  429: { 'retry-after': { description: 'Seconds to wait.', schema: { type: 'integer' } } },
  503: { 'retry-after': { description: 'Seconds to wait.', schema: { type: 'integer' } } },
};

function exampleOf(code: ErrorCode): object {
  const [status, title, action] = errorCodes[code];
  const type = `urn:signalbox:error:${code}`;
  const requestId = '4be2c9a4-6a5d-4e63-a1ab-6ae3f0a3a0f5';
  return { type, title, status, detail: title, code, action, requestId };
}
