import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import type { ConnectionFlags } from './connection.ts';

/** What is answered to an event. */
export const published = z.looseObject({ id: z.string(), duplicate: z.boolean(), runs: z.number() });

export function tellPublished(
  answer: z.output<typeof published>,
  { json }: ConnectionFlags,
  { terminal: { out } }: CliContext,
): void {
  const { id, duplicate, runs } = answer;
  if (json) out.line(JSON.stringify(answer));
  else if (duplicate) out.line(`${out.paint('yellow', 'stored before')}  event ${id}: nothing was fired`);
  else out.line(`${out.paint('green', 'stored')}  event ${id}: ${runsText(runs)}`);
}

function runsText(runs: number): string {
  if (runs === 0) return 'no task fired';
  return runs === 1 ? '1 run' : `${runs} runs`;
}
