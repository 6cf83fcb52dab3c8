import { PermanentError, type DriverTarget } from 'signalbox/sdk';

const placeholder = /\$\{([^}]*)\}/g;
const names = ['id', 'key', 'name', 'type', 'action'] as const;

export type Values = Readonly<Record<(typeof names)[number], string>>;

export function valuesOf({ id, key, name, type }: DriverTarget, action: string): Values {
  return { id, key, name, type, action };
}

export function placeholderProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'must have no NUL in it';
  for (const [whole, name = ''] of text.matchAll(placeholder))
    if (!isName(name)) return `${whole} is not known: use ${names.map((known) => `\${${known}}`).join(', ')}`;
  return undefined;
}

/** One argument stays one argument, whatever is filled in; and it becomes no option that nobody has written. */
export function fillIn(argument: string, values: Values): string {
  const filled = argument.replace(placeholder, (whole, name: string) =>
    isName(name) ? values[name] : whole,
  );
  if (filled.includes('\0')) throw new PermanentError(`the argument ${argument} would have a NUL in it`);
  if (filled.startsWith('-') && !argument.startsWith('-'))
    throw new PermanentError(`the argument ${argument} would be an option: "${filled}"`);
  return filled;
}

function isName(name: string): name is (typeof names)[number] {
  return (names as readonly string[]).includes(name);
}
