import type { DriverTarget } from './driver-target.ts';

const placeholder = /\$\{([^}]*)\}/g;
const names = ['id', 'key', 'name', 'type', 'action'] as const;

/** What settings of drivers may say of the object that is switched: `${id}`, `${key}`, `${name}`, `${type}`, `${action}`. */
export type TargetValues = Readonly<Record<(typeof names)[number], string>>;

export function targetValues({ id, key, name, type }: DriverTarget, action: string): TargetValues {
  return { id, key, name, type, action };
}

/** What is wrong with the placeholders of a text, for the schemas of settings. */
export function placeholderProblem(text: string): string | undefined {
  for (const [whole, name = ''] of text.matchAll(placeholder))
    if (!isName(name)) return `${whole} is not known: use ${names.map((known) => `\${${known}}`).join(', ')}`;
  return undefined;
}

/** Fills a text in; `as` says how a value is written where it stands. */
export function fillPlaceholders(
  text: string,
  values: TargetValues,
  as: (value: string) => string = String,
): string {
  return text.replace(placeholder, (whole, name: string) => (isName(name) ? as(values[name]) : whole));
}

function isName(name: string): name is (typeof names)[number] {
  return (names as readonly string[]).includes(name);
}
