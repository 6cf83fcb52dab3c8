declare const implementation: unique symbol;

/**
 * Where plugins offer what other plugins use without knowing them. The one who uses it defines what an implementation
 * has to be; each implementation has a name, unique at its point.
 */
export interface ExtensionPoint<Implementation> {
  /** Unique in Signalbox, e.g. `power_driver`. */
  readonly name: string;
  /** Carries the type, no value: what is offered at a point is what is found there. */
  readonly [implementation]?: (given: Implementation) => Implementation;
}

/**
 * Declares an extension point. Both sides have to know it, so it stands in a module that both import.
 *
 * @example export const powerDriver = defineExtensionPoint<PowerDriver>('power_driver');
 */
export function defineExtensionPoint<Implementation>(name: string): ExtensionPoint<Implementation> {
  return { name };
}

/** What is offered at a point now, by name. A plugin that is down offers nothing. */
export type Extensions = <Implementation>(
  point: ExtensionPoint<Implementation>,
) => ReadonlyMap<string, Implementation>;

/**
 * Offers an implementation, from now on until the plugin is stopped. Throws when the name is taken at the point.
 * What an implementation sends through the `http` of its plugin on behalf of a run is kept in the attempt of that
 * run, and the secrets of the objects that it looks up meanwhile are taken out of it.
 */
export type Provide = <Implementation>(
  point: ExtensionPoint<Implementation>,
  name: string,
  implementation: Implementation,
) => void;
