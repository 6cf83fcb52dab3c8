import { InvalidArgumentError, Option, type Command } from 'commander';
import { auditActions, auditKinds } from '../domain/audit.ts';
import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import { pathPart } from './resources/fields.ts';
import { auditIds } from './resources/name-source.ts';
import type { Resource } from './resources/resource.ts';
import { resourceCommands } from './resources/resource-commands.ts';
import { timeArgument, timeText } from './times.ts';

const entryItem = z.looseObject({
  id: z.string(),
  time: z.string(),
  actor: z.looseObject({ kind: z.string(), name: z.string().optional() }),
  action: z.string(),
  resource: z.looseObject({ kind: z.string(), id: z.string().optional() }),
  changed: z.array(z.string()).optional(),
  address: z.string().optional(),
});

const audit: Resource<z.output<typeof entryItem>> = {
  command: 'audit',
  one: 'entry of the audit log',
  description: 'Show who changed what, and what it was before and after.',
  path: '/api/audit',
  item: entryItem,
  id: {
    as: 'entry',
    description: 'id of the entry',
    example: '01a1fbfe-3c79-7000-9d3b-45c910d3def2',
    names: auditIds,
    path: (id) => `/api/audit/${pathPart(id)}`,
  },
  list: {
    filters: [
      {
        option: new Option(
          '--actor <who>',
          'only what this one did: user/alice, token/ci, config, signalbox',
        ),
        query: 'actor',
      },
      {
        option: new Option('--action <actions>', `only these, e.g. created,removed`).argParser(
          actionsArgument,
        ),
        query: 'action',
      },
      {
        option: new Option('--kind <kind>', 'only what was done to this kind').choices(auditKinds),
        query: 'kind',
      },
      {
        option: new Option('--resource <id>', 'only what was done to this one, e.g. webhook/slack-ops'),
        query: 'resource',
      },
      { option: new Option('--from <time>', 'only since then').argParser(timeArgument), query: 'from' },
      { option: new Option('--to <time>', 'only before then').argParser(timeArgument), query: 'to' },
    ],
    sort: ['time'],
    search: true,
    titles: ['TIME', 'WHO', 'DID', 'TO', 'CHANGED', 'ENTRY'],
    row: ({ id, time, actor, action, resource, changed = [] }) => [
      { text: timeText(time), style: 'dim', whole: true },
      { text: actor.name === undefined ? actor.kind : `${actor.kind} ${actor.name}` },
      { text: action.replaceAll('_', ' ') },
      { text: resource.id === undefined ? resource.kind : `${resource.kind} ${resource.id}` },
      { text: changed.join(', ') },
      { text: id, style: 'dim', whole: true },
    ],
    none: 'No such entries.',
    examples: [
      'signalbox audit list --resource webhook/slack-ops',
      'signalbox audit list --actor user/alice --action removed --from 2027-03-01',
    ],
  },
};

export function auditCommand(context: CliContext): Command {
  return resourceCommands(
    { resource: audit, context },
    {
      examples: [
        'signalbox audit',
        'signalbox audit list --resource webhook/slack-ops',
        `signalbox audit get ${audit.id.example}`,
      ],
    },
  );
}

/** `created` or `created,removed`. */
function actionsArgument(value: string): string {
  const unknown = value.split(',').find((action) => !auditActions.some((known) => known === action));
  if (unknown === undefined) return value;
  throw new InvalidArgumentError(`"${unknown}" is not one of ${auditActions.join(', ')}.`);
}
