export const weekdayNames = [
  ...(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const),
] as const;
export type WeekdayName = (typeof weekdayNames)[number];

export const monthNames = [
  ...(['january', 'february', 'march', 'april', 'may', 'june'] as const),
  ...(['july', 'august', 'september', 'october', 'november', 'december'] as const),
] as const;
export type MonthName = (typeof monthNames)[number];

/** Which of the weekdays in a month; last is -1. */
export const ordinals = { first: 1, second: 2, third: 3, fourth: 4, fifth: 5, last: -1 } as const;
export type Ordinal = keyof typeof ordinals;

/** RFC 5545 writes `FR`. */
export function weekdayCode(name: WeekdayName): string {
  return name.slice(0, 2).toUpperCase();
}

/** 1 for January. */
export function monthNumber(name: MonthName): number {
  return monthNames.indexOf(name) + 1;
}

/** One or many, as people write lists. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
