import { createHash } from 'node:crypto';
import { PermanentError, z, type InboundEvent, type InboundRequest, type JsonValue } from 'signalbox/sdk';
import type { GithubSettings } from './settings.ts';

/** The fields of a payload that most have; each may be missing or be something else. */
const known = z.object({
  action: z.string().optional().catch(undefined),
  repository: z.object({ full_name: z.string() }).optional().catch(undefined),
  organization: z.object({ login: z.string() }).optional().catch(undefined),
  sender: z.object({ login: z.string() }).optional().catch(undefined),
  ref: z.string().optional().catch(undefined),
});

/** One event; a ping says nothing. */
export function readDelivery(request: InboundRequest<GithubSettings>): readonly InboundEvent[] {
  const event = header(request, 'X-GitHub-Event');
  const delivery = header(request, 'X-GitHub-Delivery');
  if (event === 'ping') return [];
  const payload = payloadOf(request);
  const { action, repository, organization, sender, ref } = known.parse(payload);
  return [
    {
      type: 'github.received',
      object: request.object.key,
      id: idOf(request, delivery),
      data: {
        event,
        action,
        delivery,
        repository: repository?.full_name,
        organization: organization?.login,
        sender: sender?.login,
        ref,
        payload,
      },
    },
  ];
}

/**
 * Only the body is signed: its digest leaves nothing to whoever posts a recorded delivery again. It is not the default,
 * since some that are not repeats are equal byte for byte, such as the same `repository_dispatch` or the same member
 * added anew.
 */
function idOf({ object: { settings }, body }: InboundRequest<GithubSettings>, delivery: string): string {
  return settings.repeats === 'body' ? createHash('sha256').update(body).digest('hex') : delivery;
}

/** A webhook of the content type `application/x-www-form-urlencoded` has its JSON in a field. */
function payloadOf({ headers, text, json }: InboundRequest): JsonValue {
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) return json();
  const payload = new URLSearchParams(text()).get('payload');
  if (payload === null) throw new PermanentError('the form has no field "payload"');
  return json(payload);
}

function header({ headers }: InboundRequest, name: string): string {
  const value = headers[name.toLowerCase()];
  if (value === undefined || value === '')
    throw new PermanentError(`the header ${name} is missing: this is not from GitHub`);
  return value;
}
