/** Provides the `Clock` that the kernel and all plugins go by. */
export const CLOCK = Symbol('Clock');
