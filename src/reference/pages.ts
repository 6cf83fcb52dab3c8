import { apiPage, type ApiDocument } from './api-page.ts';
import type { NamedPlugin } from '../config/json-schema.ts';
import { commandReference, exitCodeTable } from './command-reference.ts';
import { resourceKeys, serverKeys, variableTable } from './configuration-tables.ts';
import { errorTable } from './error-table.ts';
import { withParts } from './marked-parts.ts';
import { metricTable } from './metric-table.ts';
import { objectTypesPage } from './object-types.ts';

/** A page of the docs of which the code makes a part or all; `present` is what it says now. */
export interface Page {
  /** Path in the folder `docs`. */
  readonly path: string;
  readonly make: (present: string) => string;
}

export interface Known {
  readonly plugins: readonly NamedPlugin[];
  /** docs/openapi.json */
  readonly api: ApiDocument;
}

/** All pages that the code has to say something in. */
export function pages({ plugins, api }: Known): readonly Page[] {
  return [
    { path: 'errors.md', make: (page) => withParts(page, { errors: errorTable() }) },
    { path: 'seeing.md', make: (page) => withParts(page, { metrics: metricTable() }) },
    {
      path: 'configuration.md',
      make: (page) =>
        withParts(page, {
          keys: serverKeys(),
          'keys of an object': resourceKeys('objects'),
          'keys of a task': resourceKeys('tasks'),
          'keys of a trigger': resourceKeys('triggers'),
          variables: variableTable(),
        }),
    },
    {
      path: 'cli.md',
      make: (page) => withParts(page, { 'exit codes': exitCodeTable(), commands: commandReference() }),
    },
    { path: 'reference/api.md', make: () => apiPage(api) },
    { path: 'reference/object-types.md', make: () => objectTypesPage(plugins) },
  ];
}
