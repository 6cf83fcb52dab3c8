import type { Logger } from '../sdk/index.ts';

export const KERNEL_LOGGER = Symbol('KernelLogger');

export interface KernelLogger extends Logger {
  /** A logger whose lines carry these fields. */
  child(fields: object): KernelLogger;
}
