/** What became of a batch of events. */
export type PostResult =
  | { readonly kind: 'stored' }
  /** Nothing of it was stored; it may be later. */
  | { readonly kind: 'later'; readonly reason: string; readonly waitMs?: number }
  /** It will never be stored as it is; `culprit` is the index of the event that is to blame, if that was said. */
  | { readonly kind: 'refused'; readonly reason: string; readonly culprit: number | undefined };

const timeoutMs = 10_000;

/** Posts events, JSON each, that are stored together or not at all. Never rejects. */
export async function postEvents(
  { url, token }: { readonly url: string; readonly token: string },
  events: readonly string[],
): Promise<PostResult> {
  try {
    const response = await fetch(new URL('/api/events', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: `[${events.join(',')}]`,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return response.status === 202 ? { kind: 'stored' } : judge(response, text);
  } catch (error) {
    return { kind: 'later', reason: describe(error) };
  }
}

/** Statuses that say what is wrong with the events; all others may be put right without the application. */
const refusals = new Set([400, 413, 415, 422]);

function judge({ status, headers }: Response, text: string): PostResult {
  const { detail, field } = problemOf(text);
  const reason = `${String(status)} ${detail}`;
  if (!refusals.has(status)) {
    const seconds = Number(headers.get('retry-after') ?? NaN);
    return { kind: 'later', reason, ...(seconds >= 0 && { waitMs: Math.min(seconds, 300) * 1_000 }) };
  }
  const culprit = /^events\[(\d+)\]/.exec(field)?.[1];
  return { kind: 'refused', reason, culprit: culprit === undefined ? undefined : Number(culprit) };
}

function problemOf(text: string): { readonly detail: string; readonly field: string } {
  try {
    const { detail = '', field = '' } = JSON.parse(text) as { detail?: string; field?: string };
    return { detail, field };
  } catch {
    return { detail: text.slice(0, 200), field: '' };
  }
}

// By shape: Node's own errors are not `instanceof Error` in another realm (test runners, vm contexts).
function describe(error: unknown): string {
  const { message = String(error), cause } = error as { readonly message?: string; readonly cause?: unknown };
  return cause == null ? message : `${message}: ${describe(cause)}`;
}
