import type { LoggerService } from '@nestjs/common';
import pino, { type Logger as PinoLogger } from 'pino';
import pretty from 'pino-pretty';
import type { KernelLogger } from './kernel/logger.ts';

/** One log for everything: JSON lines, or readable ones where a person watches. */
export function createLog(options: { readonly level: string; readonly readable: boolean }): PinoLogger {
  const settings = { level: options.level, base: null, serializers: { err: pino.stdSerializers.err } };
  if (!options.readable) return pino(settings);
  return pino(
    settings,
    pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', singleLine: true, sync: true }),
  );
}

export function kernelLogger(log: PinoLogger): KernelLogger {
  return {
    debug: (fields, message) => {
      log.debug(fields, message);
    },
    info: (fields, message) => {
      log.info(fields, message);
    },
    warn: (fields, message) => {
      log.warn(fields, message);
    },
    error: (fields, message) => {
      log.error(fields, message);
    },
    child: (fields) => kernelLogger(log.child(fields)),
  };
}

/** What Nest itself has to say: only what went wrong is of interest to those who run Signalbox. */
export function nestLogger(log: PinoLogger): LoggerService {
  const context = (parts: readonly unknown[]): object => ({ context: parts.at(-1) });
  return {
    log: (message: unknown, ...parts: unknown[]) => {
      log.debug(context(parts), String(message));
    },
    warn: (message: unknown, ...parts: unknown[]) => {
      log.warn(context(parts), String(message));
    },
    error: (message: unknown, ...parts: unknown[]) => {
      // Nest throws the error of a failed start as well: it is told once, in words, by whoever started.
      if (parts.at(-1) === 'ExceptionHandler') return;
      log.error({ ...context(parts), ...(message instanceof Error && { err: message }) }, String(message));
    },
  };
}
