import type { Command } from 'commander';
import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { apiCommand } from './resources/bound.ts';
import { idCell } from './resources/fields.ts';
import { printTable } from './table.ts';
import { timeText } from './times.ts';

const heldAnswer = z.looseObject({
  items: z.array(
    z.looseObject({
      target: z.string(),
      action: z.string(),
      reason: z.string(),
      runs: z.number(),
      since: z.string(),
    }),
  ),
});

/** What lets go of runs that are held, by the reason. */
export const heldRemedies: Readonly<Record<string, string>> = {
  target_disabled: 'enable its target',
  target_missing: 'create its target',
  target_failing: 'tried every 30 seconds',
  plugin_unavailable: 'go on once its plugin runs',
  outcome_unknown: 'look what has happened, then retry or cancel',
  too_many_targets: 'look whether all are meant, then retry or cancel',
};

export function heldCommand({ terminal: { out, err }, env, signal }: CliContext): Command {
  return apiCommand({
    name: 'held',
    description: 'Show what is held and why, by target, action and reason.',
    examples: ['signalbox runs held', 'signalbox runs retry --object vm/gpu-01 --reason outcome_unknown'],
  }).action(async (flags: ConnectionFlags) => {
    const request = { path: '/api/runs/held', answer: heldAnswer, signal };
    const answer = await connect(flags, env).request(request);
    if (flags.json) {
      out.line(JSON.stringify(answer));
    } else if (answer.items.length === 0) {
      err.line('Nothing is held.');
    } else {
      const rows = answer.items.map(({ target, action, reason, runs, since }) => [
        idCell(target),
        { text: action },
        { text: String(runs) },
        { text: timeText(since), style: 'dim' as const, whole: true },
        { text: reason, style: 'yellow' as const },
        { text: heldRemedies[reason] ?? '' },
      ]);
      printTable(out, ['TARGET', 'ACTION', 'RUNS', 'SINCE', 'REASON', 'WHAT TO DO'], rows);
    }
  });
}
