import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { SignalboxError, type ErrorCode, type FieldIssue } from '../../domain/errors.ts';

export type DtoClass<T extends object> = new () => T;

/** class-transformer passes over them in silence. */
const forbiddenKeys = ['__proto__', 'constructor'];

/** Makes the DTO of what was sent, or lists every field that is wrong. Fields that the DTO does not have are refused. */
export function toDto<T extends object>(Dto: DtoClass<T>, value: unknown, code: ErrorCode): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SignalboxError('BODY_INVALID', 'the body must be a JSON object');
  }
  const dto = plainToInstance(Dto, value);
  // One message for each field: of the lowest decorator that objects, for class-validator begins at the bottom.
  const errors = validateSync(dto, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  const forbidden = forbiddenKeys.filter((key) => Object.hasOwn(value, key));
  const issues = [...forbidden.map(unknownField), ...errors.flatMap((error) => issuesOf(error, ''))];
  const [first] = issues;
  if (!first) return dto;
  const detail = issues.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new SignalboxError(code, detail, { field: first.field, issues });
}

function issuesOf(
  { property, constraints, children }: ValidationError,
  parent: string,
): readonly FieldIssue[] {
  const field = pathOf(parent, property);
  const own = Object.entries(constraints ?? {}).map(([constraint, text]) =>
    constraint === 'whitelistValidation' ? unknownField(field) : { field, message: bare(text, property) },
  );
  return [...own, ...(children ?? []).flatMap((child) => issuesOf(child, field))];
}

function pathOf(parent: string, property: string): string {
  if (/^\d+$/.test(property)) return `${parent}[${property}]`;
  return parent === '' ? property : `${parent}.${property}`;
}

function unknownField(field: string): FieldIssue {
  return { field, message: 'there is no such field' };
}

/** class-validator begins its messages with the bare property; the path stands beside it. */
function bare(text: string, property: string): string {
  return text.startsWith(`${property} `) ? text.slice(property.length + 1) : text;
}
