import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { scopes } from '../../domain/scopes.ts';

/** `["ingest", "read"]`. */
export function IsScopeList(): PropertyDecorator {
  const checks = [
    IsIn(scopes, { each: true, message: `must be of ${scopes.join(', ')}` }),
    ArrayUnique(),
    ArrayNotEmpty(),
    IsArray(),
  ];
  return (target, property) => {
    for (const check of checks) check(target, property);
  };
}
