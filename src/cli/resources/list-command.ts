import { Option, type Command } from 'commander';
import { connect, type ConnectionFlags } from '../connection.ts';
import { addPagingOptions, showList, type PagingFlags } from '../list-options.ts';
import { apiCommand, type Bound } from './bound.ts';
import type { Filter, ResourceList } from './resource.ts';

type ListFlags = ConnectionFlags & PagingFlags & Readonly<Record<string, unknown>>;

export function listCommand<Item>({ resource, context }: Bound<Item>): Command {
  const { command: group, list } = resource;
  const command = apiCommand({
    name: 'list',
    description: `Show ${group}.`,
    examples: [`signalbox ${group} list`, ...(list.examples ?? []), `signalbox ${group} list --all --json`],
  });
  for (const { option } of list.filters) command.addOption(option);
  for (const option of orderOptions(list)) command.addOption(option);
  return addPagingOptions(command, 50).action((flags: ListFlags) =>
    showList(
      connect(flags, context.env),
      {
        path: resource.path,
        query: queryOf(list.filters, flags),
        item: resource.item,
        titles: list.titles,
        row: (item) => list.row(item, new Date()),
        none: list.none,
        detail: list.detail,
      },
      { flags, context },
    ),
  );
}

function orderOptions({ sort, search }: Pick<ResourceList<unknown>, 'sort' | 'search'>): readonly Option[] {
  return [
    ...(search ? [new Option('--search <text>', 'only those that have this text in them')] : []),
    ...(sort
      ? [
          new Option(
            '--sort <field>',
            `order: ${sort.join(', ')}; with - before it the other way round`,
          ).choices(sort.flatMap((field) => [field, `-${field}`])),
        ]
      : []),
  ];
}

/** The options of a list as query parameters. */
function queryOf(
  filters: readonly Filter[],
  flags: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const given = [
    ...filters.map(({ option, query, value }) => [query, valueOf(flags[option.attributeName()], value)]),
    ['search', flags['search']],
    ['sort', flags['sort']],
  ];
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Record<string, string>;
}

function valueOf(given: unknown, value: Filter['value']): unknown {
  if (given === true) return 'true';
  return typeof given === 'string' && value ? value(given) : given;
}
