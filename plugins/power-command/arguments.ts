import { fillPlaceholders, PermanentError, type TargetValues } from 'signalbox/sdk';

/** One argument stays one argument, whatever is filled in; and it becomes no option that nobody has written. */
export function fillIn(argument: string, values: TargetValues): string {
  const filled = fillPlaceholders(argument, values);
  if (filled.includes('\0')) throw new PermanentError(`the argument ${argument} would have a NUL in it`);
  if (filled.startsWith('-') && !argument.startsWith('-'))
    throw new PermanentError(`the argument ${argument} would be an option: "${filled}"`);
  return filled;
}
