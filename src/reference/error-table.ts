import { errorCodes } from '../domain/errors.ts';
import { markdownTable } from './markdown-table.ts';

/** Every code that an answer can have. */
export function errorTable(): string {
  const rows = Object.entries(errorCodes).map(([code, [status, title, action]]) => [
    `\`${code}\``,
    String(status),
    title,
    action,
  ]);
  return markdownTable(['code', 'status', 'title', 'what to do'], rows);
}
