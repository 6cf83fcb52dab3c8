import { isList, isObject } from '../sdk/filter-operand.ts';
import type { JsonObject, JsonValue } from '../sdk/index.ts';
import { compileFilter } from './filter.ts';

/** A condition of a filter that does not hold. */
export interface FailedCondition {
  /** Where it stands: `filter.data.level.$gt`, `filter.$or[1].data.level`. */
  readonly at: string;
  /** What is asked for there. Below `$nor` it is a filter that holds, but must not. */
  readonly condition: JsonValue;
  /** What the event has at the path; absent when it has nothing there. Through a list: of each element. */
  readonly value?: JsonValue;
}

/**
 * The conditions for which a filter lets an event not through; none when it does. Each is asked by the same compiler as the
 * whole filter, which is compiled for it again: this is for people, not for routing.
 */
export function failedConditions(
  filter: JsonObject,
  document: JsonObject,
  at = 'filter',
): readonly FailedCondition[] {
  if (holds(filter, document)) return [];
  const failed = Object.entries(filter).flatMap(([key, condition]) => {
    if (holds({ [key]: condition }, document)) return [];
    return key.startsWith('$')
      ? ofAlternatives({ key, condition, document, at })
      : ofField({ key, condition, document, at });
  });
  // Should the conditions hold one by one and not together, it is all of them.
  return failed.length > 0 ? failed : [{ at, condition: filter }];
}

interface Failing {
  readonly key: string;
  readonly condition: JsonValue;
  readonly document: JsonObject;
  readonly at: string;
}

/** Of `$and`, `$or`, `$nor`. */
function ofAlternatives({ key, condition, document, at }: Failing): readonly FailedCondition[] {
  const filters = isList(condition) ? condition.filter(isObject) : [];
  return filters.flatMap((filter, i) => {
    const place = `${at}.${key}[${String(i)}]`;
    if (key !== '$nor') return failedConditions(filter, document, place);
    return holds(filter, document) ? [{ at: place, condition: filter }] : [];
  });
}

function ofField({ key, condition, document, at }: Failing): readonly FailedCondition[] {
  const found = valueAt(document, key.split('.'));
  const value = found === undefined ? {} : { value: found };
  const failed = operatorsOf(condition)
    .filter(([, part]) => !holds({ [key]: part }, document))
    .map(([name, part]) => ({ at: `${at}.${key}.${name}`, condition: part[name] ?? null, ...value }));
  return failed.length > 0 ? failed : [{ at: `${at}.${key}`, condition, ...value }];
}

/** Each operator of a condition, as a condition of its own. */
function operatorsOf(condition: JsonValue): readonly (readonly [name: string, part: JsonObject])[] {
  if (!isObject(condition)) return [];
  const { $options, ...operators } = condition;
  return Object.entries(operators).map(([name, operand]) => [
    name,
    { [name]: operand, ...(name === '$regex' && $options !== undefined && { $options }) },
  ]);
}

function holds(filter: JsonObject, document: JsonObject): boolean {
  return compileFilter(filter)(document);
}

function valueAt(value: JsonValue | undefined, [name, ...rest]: readonly string[]): JsonValue | undefined {
  if (name === undefined || value === undefined) return value;
  if (isObject(value)) return Object.hasOwn(value, name) ? valueAt(value[name], rest) : undefined;
  if (!isList(value)) return undefined;
  if (/^\d+$/.test(name)) return valueAt(value[Number(name)], rest);
  const found = value.map((item) => valueAt(item, [name, ...rest])).filter((item) => item !== undefined);
  return found.length > 0 ? found : undefined;
}
