import { z } from '../../sdk/schema.ts';
import type { CliContext } from '../cli-context.ts';
import { connect } from '../connection.ts';
import type { NameSource } from '../resources/name-source.ts';

export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** Whoever presses the key waits for it. */
const patienceMs = 1_000;

const listed = z.object({ items: z.array(z.looseObject({ name: z.unknown() })) });

/** Names that a running Signalbox knows; none when it does not answer at once, or does not know who asks. */
export async function namesFrom(
  { path, query, nameOf }: NameSource,
  given: ReadonlyMap<string, string>,
  { env }: CliContext,
): Promise<readonly Candidate[]> {
  const [url, token] = [given.get('--url'), given.get('--token')];
  const flags = { ...(url !== undefined && { url }), ...(token !== undefined && { token }) };
  try {
    const { items } = await connect(flags, env).request({
      ...{ path, query: { limit: 500, ...query }, answer: listed },
      signal: AbortSignal.timeout(patienceMs),
    });
    return items.flatMap((item) => {
      const description = typeof item.name === 'string' ? item.name : '';
      return [nameOf(item)].flat().map((value) => ({ value, ...(description !== value && { description }) }));
    });
  } catch {
    return [];
  }
}
