import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';

/** An answer of the API, whoever asked for it. */
export interface AnswerToJudge {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | undefined;
  /** Parsed, where it is JSON. */
  readonly body: unknown;
}

type Json = Readonly<Record<string, unknown>>;

interface Documented {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Json>> }>>>
  >;
  readonly components: Json & { readonly responses: Readonly<Record<string, Json>> };
}

const committed = new URL('../../docs/openapi.json', import.meta.url);

/**
 * docs/openapi.json, to hold answers against. It is stricter than the document is with others: a field that it does not name is
 * an error.
 */
class AnswerJudge {
  readonly #ajv = judgingAjv();
  readonly #document: Documented;
  readonly #routes: readonly { readonly path: string; readonly pattern: RegExp }[];
  readonly #checks = new Map<string, ValidateFunction>();

  constructor(document = JSON.parse(readFileSync(committed, 'utf8')) as Documented) {
    this.#document = closed(document) as Documented;
    this.#ajv.addSchema(this.#document, 'openapi');
    this.#routes = Object.keys(document.paths)
      // Fixed words go before parameters.
      .sort((a, b) => a.split('{').length - b.split('{').length)
      .map((path) => ({
        path,
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
      }));
  }

  /** How the answer differs from what the document says; undefined if it does not, or if its route is not in there. */
  problem({ method, path, status, contentType, body }: AnswerToJudge): string | undefined {
    const route = this.#routes.find(({ pattern }) => pattern.test(path.split('?', 1).join('')));
    const operation = route && this.#document.paths[route.path]?.[method.toLowerCase()];
    if (!operation) return undefined;
    const subject = `${method} ${route.path}: ${String(status)}`;
    const response = operation.responses[String(status)];
    if (!response) return `${subject} ${codeOf(body)}is not in docs/openapi.json`;
    const { $ref } = response as { readonly $ref?: string };
    const place =
      $ref ?? `#/paths/${escaped(route.path)}/${method.toLowerCase()}/responses/${String(status)}`;
    const { content = {} } = (
      $ref === undefined ? response : this.#document.components.responses[nameIn($ref)]
    ) as {
      readonly content?: Json;
    };
    const mediaType = contentType?.split(';', 1)[0]?.trim();
    if (mediaType === undefined)
      return Object.keys(content).length > 0 ? `${subject} has no body` : undefined;
    if (!(mediaType in content)) return `${subject} ${mediaType} is not in docs/openapi.json`;
    if (!mediaType.endsWith('json')) return undefined;
    const check = this.#check(`openapi${place}/content/${escaped(mediaType)}/schema`);
    if (check(body)) return undefined;
    return `${subject} ${codeOf(body)}is not as docs/openapi.json has it: ${this.#ajv.errorsText(check.errors)} in ${JSON.stringify(body).slice(0, 2_000)}`;
  }

  #check(place: string): ValidateFunction {
    let check = this.#checks.get(place);
    if (!check) this.#checks.set(place, (check = this.#ajv.compile({ $ref: place })));
    return check;
  }
}

export function judgingAjv(): Ajv2020 {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
  const formats = {
    uuid,
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
    uri: /^[a-z][a-z0-9+.-]*:/i,
    email: /@/,
  };
  return new Ajv2020({ strict: false, allErrors: true, formats });
}

let judge: AnswerJudge | undefined;

/** Throws when an answer is not as docs/openapi.json has it. */
export function checkDocumented(answer: AnswerToJudge): void {
  const problem = (judge ??= new AnswerJudge()).problem(answer);
  if (problem !== undefined) throw new Error(`${problem}\nIf it is to be so: npm run openapi`);
}

function codeOf(body: unknown): string {
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
  return code === '' ? '' : `${code} `;
}

function nameIn(ref: string): string {
  return ref.split('/').at(-1) ?? '';
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** A copy in which objects have no fields but those that are named. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const { type, properties, additionalProperties } = copy;
  const isOpen = type === 'object' && typeof properties === 'object' && additionalProperties === undefined;
  return isOpen ? { ...copy, additionalProperties: false } : copy;
}
