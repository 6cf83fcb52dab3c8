import {
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
  z,
  type HttpResponse,
  type JsonObject,
  type PowerAction,
} from 'signalbox/sdk';
import { problemOf } from './error-response.ts';
import type { RedfishService } from './service.ts';
import { readSystem, type System } from './system.ts';
import { endOfTask } from './task-monitor.ts';

/** Carries an action out by `#ComputerSystem.Reset`. */
export async function resetSystem(
  action: PowerAction,
  system: System,
  service: RedfishService,
): Promise<JsonObject> {
  const reset = system.Actions?.['#ComputerSystem.Reset'];
  if (!reset)
    throw new PermanentError(`system ${system.Id} at ${service.host} cannot be switched by Redfish`);
  const ResetType = choose(action, {
    system,
    allowed: await allowableValues(reset, service),
    host: service.host,
  });
  const done = { system: system.Id, resetType: ResetType };
  const response = await service.post(reset.target, { ResetType });
  const { status } = response;
  if (status === 202) return { ...done, status, ...(await endOfTask(response, service)) };
  if (status >= 200 && status < 300) return { ...done, status };
  const failure = failureOf(response, service);
  if (refusing.has(status) && (await isAlready(action, system, service))) {
    return { ...done, status, note: failure.message };
  }
  throw failure;
}

/** How services answer to what does not fit the state of a system. */
const refusing = new Set([400, 409, 412, 422]);

type Reset = NonNullable<NonNullable<System['Actions']>['#ComputerSystem.Reset']>;

const actionInfo = z.object({
  Parameters: z.array(z.object({ Name: z.string(), AllowableValues: z.array(z.string()).optional() })),
});

/** Undefined: the service does not tell. */
async function allowableValues(
  reset: Reset,
  service: RedfishService,
): Promise<readonly string[] | undefined> {
  const info = reset['@Redfish.ActionInfo'];
  const annotated = reset['ResetType@Redfish.AllowableValues'];
  if (annotated ?? info === undefined) return annotated;
  const { Parameters } = await service.get(info, actionInfo);
  return Parameters.find(({ Name }) => Name === 'ResetType')?.AllowableValues;
}

/** The first that is allowed. */
const resetTypes: Readonly<Record<PowerAction, readonly string[]>> = {
  power_on: ['On', 'ForceOn'],
  power_off: ['GracefulShutdown'],
  kill: ['ForceOff'],
  reset: ['ForceRestart'],
};

function choose(
  action: PowerAction,
  { system, allowed, host }: { system: System; allowed: readonly string[] | undefined; host: string },
): string {
  const wanted = [...resetTypes[action]];
  // The ACPI power button is how a guest is asked to shut down where there is no other way. Of a system that is off it
  // would do the opposite.
  if (action === 'power_off' && system.PowerState === 'On') wanted.push('PushPowerButton');
  const chosen = allowed ? wanted.find((type) => allowed.includes(type)) : wanted[0];
  if (chosen !== undefined) return chosen;
  const can = allowed?.join(', ') ?? '';
  throw new PermanentError(
    `system ${system.Id} at ${host} allows no ${wanted.join(' or ')}; it allows ${can}`,
  );
}

function failureOf(response: HttpResponse, service: RedfishService): Error {
  const { status } = response;
  // Busy, or not ready: nothing was done.
  if (status === 429 || status === 503) return service.failure(response);
  const problem = problemOf(response, service.host);
  if (status === 501) return new PermanentError(problem);
  if (status >= 500 || status === 408) return new UnknownOutcomeError(problem);
  return service.failure(response);
}

const reached: Readonly<Record<PowerAction, readonly string[]>> = {
  power_on: ['On', 'PoweringOn'],
  power_off: ['Off', 'PoweringOff'],
  kill: ['Off'],
  reset: [],
};

/** Services refuse to switch on what is on, each with an error of its own. */
async function isAlready(action: PowerAction, system: System, service: RedfishService): Promise<boolean> {
  try {
    const { PowerState } = await readSystem(service, system['@odata.id']);
    return reached[action].includes(PowerState ?? '');
  } catch (error) {
    if (error instanceof PermanentError || error instanceof RetryableError) return false;
    throw error;
  }
}
