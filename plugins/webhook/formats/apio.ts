import { PermanentError, z, type EventView, type JsonObject, type JsonValue } from 'signalbox/sdk';
import { numericId } from './numeric-id.ts';

// What comes here was JSON already.
const json: z.ZodType<JsonValue> = z.any();
const anything = json.optional();

const call = z.object({
  route: z.object({ id: anything, label: anything, tag: anything }).partial().optional(),
  request: z.object({ tag: anything, method: z.string(), url: z.string(), body: anything }),
  response: z.object({ status: z.number(), body: anything }),
});

interface Content {
  readonly event: EventView;
  readonly runId: string;
  readonly secret: string | undefined;
}

/** The document of APIO core's webhooks. Throws a PermanentError when the event is not about a call. */
export function apioPayload({ event, runId, secret }: Content): JsonObject {
  const { object } = event;
  const parsed = call.safeParse(event.data);
  if (!parsed.success) throw noCall(event, parsed.error);
  const { route = {}, request, response } = parsed.data;
  return {
    event: { id: numericId(route.id ?? object?.key ?? null), label: route.label ?? object?.name ?? null },
    id: runId,
    request: {
      tag: request.tag ?? route.tag ?? null,
      method: request.method.toLowerCase(),
      url: request.url,
      body: request.body ?? null,
    },
    response: { status: response.status, body: response.body ?? null },
    ...(secret !== undefined && { secret }),
  };
}

function noCall({ type }: EventView, { issues }: z.ZodError): PermanentError {
  const where = issues.map(({ path }) => ['data', ...path].join('.')).join(', ');
  return new PermanentError(
    `the format apio needs a request (method, url) and a response (status) in the data of the event, as route.completed has them; ${type} does not fit at ${where}`,
  );
}
