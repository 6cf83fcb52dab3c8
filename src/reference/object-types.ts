import type { NamedPlugin } from '../config/json-schema.ts';
import { z, type AnyObjectType } from '../sdk/index.ts';
import type { AnyAction } from '../sdk/object-type.ts';
import { markdownTable } from './markdown-table.ts';
import type { JsonSchema } from './schema-rows.ts';
import { schemaTable } from './schema-table.ts';

const introduction = `# Object types

What the plugins that come with Signalbox declare: the settings of their objects, the events that happen to them with their data, and the
actions that can be done to them with the settings of a task for it. \`npm run docs\` writes this page out of their schemas; a
running Signalbox shows those of its own plugins at \`GET /api/types\`. Each plugin explains itself in its README in
[plugins](../../plugins).`;

/** The page of all that the plugins declare. */
export function objectTypesPage(plugins: readonly NamedPlugin[]): string {
  const sections = plugins.flatMap(({ use, plugin }) => [
    ...pluginSettings(use, plugin.settings),
    ...plugin.types.flatMap((type) => typeSection(use, type)),
  ]);
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

function pluginSettings(use: string, settings: z.ZodType | undefined): readonly string[] {
  const table = settings && schemaTable(jsonSchema(settings), '');
  if (table === undefined || table === '') return [];
  return [
    `## Plugin ${use}`,
    `Settings of the plugin itself, under \`plugins\` in the [configuration](../configuration.md#plugins).`,
    table,
  ];
}

function typeSection(use: string, type: AnyObjectType): readonly string[] {
  const described = type.description === undefined ? '' : ` ${type.description}`;
  return [
    `## ${type.name}`,
    `${type.label}.${described} Plugin [${use}](../../plugins/${use}/README.md).`,
    '**Settings**',
    type.settings ? schemaTable(jsonSchema(type.settings)) : 'None.',
    ...events(type),
    ...Object.entries(type.actions ?? {}).flatMap(([name, action]) =>
      actionSection(`${type.name}.${name}`, action),
    ),
  ];
}

function events({ name: type, events = {} }: AnyObjectType): readonly string[] {
  if (Object.keys(events).length === 0) return [];
  const rows = Object.entries(events).map(([name, schema]) => [
    `\`${type}.${name}\``,
    dataOf(jsonSchema(schema)),
  ]);
  return ['**Events**', markdownTable(['event', 'data'], rows)];
}

/** The fields of the data in one line. */
function dataOf({ properties, required = [] }: JsonSchema): string {
  const fields = Object.keys(properties ?? {}).map(
    (name) => `\`${name}\`${required.includes(name) ? ' (required)' : ''}`,
  );
  return fields.length === 0 ? 'as the sender has it' : fields.join(', ');
}

function actionSection(
  name: string,
  { label, description, idempotent, input }: AnyAction,
): readonly string[] {
  const repeated = idempotent
    ? 'Repeated when its outcome is unknown.'
    : 'Held for a person when its outcome is unknown, never repeated.';
  const said = [`${label}.`, description, repeated].filter((part) => part !== undefined).join(' ');
  return [`**Action \`${name}\`**`, said, schemaTable(jsonSchema(input), 'A task for it has no settings.')];
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}
