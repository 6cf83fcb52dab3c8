import { escapeHtml } from '../../domain/html-escape.ts';
import { textOf, type Insert, type Template, type TemplateScope } from '../../domain/template.ts';
import type { JsonValue, z } from '../../sdk/index.ts';
import { fillingOf, type Filling } from '../../sdk/schema.ts';
import { mapMarked, type Marking, type Path } from '../redaction/schema-walk.ts';

const inserts: Readonly<Record<Filling, Insert>> = { text: (text) => text, html: escapeHtml };

// `mapMarked` remembers what it has found in a schema by these very functions.
const marks: Readonly<Record<Filling, Marking['isMarked']>> = {
  text: (schema) => fillingOf(schema) === 'text',
  html: (schema) => fillingOf(schema) === 'html',
};

/** Fills a template in, and fields that the schema marks with `text()` or `html()` as they want it. */
export function fillIn(template: Template, schema: z.ZodType, scope: () => TemplateScope): JsonValue {
  const plain = template.render(scope());
  // HTML within what is text stays HTML.
  const filled = (['text', 'html'] as const).reduce<unknown>((message, filling) => {
    const insert = inserts[filling];
    let rendered: { readonly message: JsonValue } | undefined;
    return mapMarked(schema, message, {
      isMarked: marks[filling],
      nulls: true,
      replace: (value, path) => {
        rendered ??= { message: template.render({ ...scope(), insert }) };
        const text = valueAt(rendered.message, path);
        // Not there: a placeholder further up has brought the field with it.
        return text === undefined ? insert(textOf(value as JsonValue)) : text;
      },
    });
  }, plain);
  return filled as JsonValue;
}

function valueAt(message: JsonValue, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    message,
  );
}
