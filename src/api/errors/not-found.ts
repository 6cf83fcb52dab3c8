import { SignalboxError } from '../../domain/errors.ts';

export function notFound(kind: string, id: string): SignalboxError {
  return new SignalboxError('NOT_FOUND', `there is no ${kind} ${id.slice(0, 200)}`);
}
