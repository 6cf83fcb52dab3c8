import { randomUUID } from 'node:crypto';
import {
  causeHeader,
  formatCause,
  z,
  type ActionContext,
  type ActionPolicy,
  type Cause,
  type JsonValue,
  type TestContext,
} from 'signalbox/sdk';
import { judgeAnswer } from './answer.ts';
import { endpointOf } from './endpoint.ts';
import { mappingProblem, messageOf } from './mapping.ts';
import { formats, payloadOf, withSecret, type Format } from './payload.ts';
import type { WebhookSettings } from './settings.ts';

// What comes here was JSON already; to check that again would cost more than sending it.
const anyJson: z.ZodType<JsonValue> = z.any();

const defaultMessage = { text: 'Webhook' };

export const sendInput = z
  .object({
    format: z
      .enum(formats)
      .default('message')
      .describe(
        'message: the message below. event: the event, plain. cloudevents: the event as CloudEvents 1.0. ' +
          'datagerry: a change of a CMDB object, as DataGerry sends it. apio: a completed call, as APIO core sends it.',
      ),
    message: anyJson
      .optional()
      .describe('Any JSON, with variables such as ${NAME} in its texts.')
      .meta({ default: defaultMessage }),
    mapping: z
      .record(z.string(), anyJson)
      .superRefine((mapping, context) => {
        const problem = mappingProblem(mapping);
        if (problem !== undefined) context.addIssue(problem);
      })
      .optional()
      .describe('Instead of a message: where in it what stands. { "fields/summary": "${event.data.title}" }'),
  })
  .superRefine(({ format, message, mapping }, context) => {
    if (mapping === undefined) return;
    const problem =
      message !== undefined
        ? 'cannot stand together with message'
        : format !== 'message'
          ? `is for the format message, not for ${format}`
          : undefined;
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['mapping'], message: problem });
  });

type SendInput = z.output<typeof sendInput>;
type SendContext = ActionContext<WebhookSettings, SendInput>;

/** One attempt. */
export function send(context: SendContext): Promise<{ readonly status: number }> {
  const { object, input, event, idempotencyKey: id } = context;
  const { format } = input;
  const secret = object.settings.payloadSecret;
  const payload = payloadOf({ format, message: messageFor(input), event, runId: id, secret });
  return request(context, { id, format, payload, cause: event });
}

function messageFor({ message = defaultMessage, mapping }: SendInput): JsonValue {
  return mapping ? messageOf(mapping) : message;
}

/** A small message that a person recognises, sent as any other. */
export function sendTest(context: TestContext<WebhookSettings>): Promise<{ readonly status: number }> {
  const { name, settings } = context.object;
  const message = { text: `Test of webhook ${name} by Signalbox` };
  const payload = withSecret(message, settings.payloadSecret);
  return request(context, { id: randomUUID(), format: 'message', payload });
}

interface Message {
  /** Of the request, for receivers that tell repetitions by it. */
  readonly id: string;
  readonly format: Format;
  readonly payload: JsonValue;
  /** The event that it is about. */
  readonly cause?: Cause;
}

/** One request. Returns when the answer was 2xx, throws otherwise. */
async function request(
  { object, signal, http }: TestContext<WebhookSettings>,
  { id, format, payload, cause }: Message,
): Promise<{ readonly status: number }> {
  const { url, method, timeout, allowInsecureCertificates } = object.settings;
  const { host, headers, wrapping, sign } = endpointOf(object.settings);
  const { before, after } = wrapping[format];
  const body = before + JSON.stringify(payload) + after;
  const timestamp = Math.floor(Date.now() / 1_000);
  const response = await http.request({
    method,
    url,
    headers: [
      ...headers[format],
      ['webhook-id', id],
      ['webhook-timestamp', String(timestamp)],
      ...(cause ? [[causeHeader, formatCause(cause)] as const] : []),
      ...(sign ? [['webhook-signature', sign({ id, timestamp, body })] as const] : []),
    ],
    shownHeaders: ['webhook-signature'],
    body,
    timeoutMs: timeout * 1_000,
    allowInsecureCertificates,
    signal,
  });
  judgeAnswer(response, host);
  return { status: response.status };
}

/** Time that an attempt may take beyond its request, so that the request's own, clearer error comes first. */
const spareMs = 1_000;

export function sendPolicy({
  timeout,
  retries,
  backoff,
  concurrency,
  health,
}: WebhookSettings): Partial<ActionPolicy> {
  return {
    timeoutMs: timeout * 1_000 + spareMs,
    retries,
    backoffMs: backoff.first * 1_000,
    backoffFactor: backoff.factor,
    maxBackoffMs: backoff.max * 1_000,
    concurrency,
    holdAfter: health.holdAfter,
    probeEveryMs: health.probeEvery * 1_000,
    disableAfterMs: health.disableAfter * 86_400_000,
  };
}
