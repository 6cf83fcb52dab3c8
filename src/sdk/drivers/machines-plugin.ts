import type { Observable } from 'rxjs';
import type { ExtensionPoint, Provide } from '../extension.ts';
import type { JsonObject } from '../json.ts';
import type { Logger } from '../logger.ts';
import type { Cause, ObjectView } from '../object-type.ts';
import type { Discovery, Emission } from '../plugin.ts';
import type { HasPower } from './machines.ts';
import type { MachineReport } from './power-driver.ts';

/** What a plugin with a type of machines gives of its context. */
export interface MachinesPlugin {
  /** Its object type. */
  readonly type: string;
  /** Emits an event of the type; rejects for one that the type has not. */
  readonly emit: (event: MachineReport['event'], emission: Emission<JsonObject>) => Promise<unknown>;
  /** All objects of the type, those too that are switched off. */
  readonly objects: () => readonly ObjectView<HasPower>[];
  readonly discovered: (found: readonly Discovery<{ power: { via: string } }>[]) => Promise<unknown>;
  readonly provide: Provide;
  readonly extensionChanges: <T>(point: ExtensionPoint<T>) => Observable<ReadonlyMap<string, T>>;
  readonly logger: Logger;
  /** How often machines are discovered anew, ms. */
  readonly discoverEveryMs: number;
}

/** As drivers are watched with. */
export interface MachinesContext extends MachinesPlugin {
  readonly causeOf: (key: string) => Cause | undefined;
}
