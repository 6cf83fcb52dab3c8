import type { Observable } from 'rxjs';
import { defineExtensionPoint } from '../extension.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { DriverTarget } from './driver-target.ts';

/** `power_off` asks the guest to shut down; `kill` takes the power away. */
export type PowerAction = 'power_on' | 'power_off' | 'kill' | 'reset';

/** `unknown`: there is no way to find out. */
export type PowerState = 'on' | 'off' | 'paused' | 'unknown';

/** A machine as its driver has found it. */
export interface DiscoveredMachine extends Pick<DriverTarget, 'type' | 'connection' | 'id'> {
  /** Further names that objects may give as its id. */
  readonly aliases?: readonly string[];
  /** What people call it there. */
  readonly name: string;
  readonly state?: PowerState;
  /** Further settings of the object that is made of it, such as `{ host: 'node-7' }`. */
  readonly settings?: JsonObject;
}

/** What a driver has seen happen to a machine. */
export interface MachineReport extends Pick<DriverTarget, 'type' | 'connection' | 'id'> {
  /** An event of its type, without the type's name. Tenants know the first four only. */
  readonly event: 'power_on' | 'power_off' | 'created' | 'deleted' | 'reset' | 'status_change' | 'error';
  /** Further names that objects may give as its id. */
  readonly aliases?: readonly string[];
  /** What people call it there, where that is known. */
  readonly name?: string;
  /** How it is now, where the event does not say so by its name. */
  readonly state?: PowerState;
  /** Further data of the event. */
  readonly data?: JsonObject;
  /** When it happened. Default: now. */
  readonly time?: Date;
  /** The same for the same happening: what is seen twice is stored once. */
  readonly eventId?: string;
}

/**
 * Switches machines, VMs and tenants, on and off. A driver is offered under the name of the object type whose objects
 * are its connections: `via: libvirt/host-1` is the driver `libvirt` and its object `host-1`.
 *
 * Drivers do not look whether something is to be done, and do not wait until it is: whoever calls reads the state before
 * and after.
 */
export interface PowerDriver {
  /**
   * Asks for it; resolves when that has been accepted. What it returns is kept as part of the run's result. Not all
   * drivers can do all actions: `PermanentError`. A `RetryableError` says that nothing can have happened; a `NoAnswerError`,
   * and whatever else is thrown, leaves the outcome open.
   */
  power(action: PowerAction, target: DriverTarget, signal: AbortSignal): Promise<JsonValue | void>;
  /** Rejects when it cannot be read now; `unknown` when it can never be. */
  state(target: DriverTarget, signal?: AbortSignal): Promise<PowerState>;
  /**
   * Reports what happens to the machines of all its connections, as long as it is subscribed to. `emit` resolves once the
   * event is on disk. When it fails it is subscribed to again after a backoff; a driver with several connections deals
   * itself with those that fail.
   */
  watch?(emit: (report: MachineReport) => Promise<void>): Observable<unknown>;
  /** The machines of all its connections. One connection that does not answer must not hide the others. */
  discover?(signal?: AbortSignal): Promise<readonly DiscoveredMachine[]>;
  /** Tells that its connections have changed: then machines are discovered anew, and else every few minutes. */
  readonly changes?: Observable<unknown>;
}

export const powerDriver = defineExtensionPoint<PowerDriver>('power_driver');
