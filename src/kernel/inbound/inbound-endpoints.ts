import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { ObjectRecord } from '../../domain/records.ts';
import { causeHeader, parseCause, type Cause, type InboundAuth, type JsonValue } from '../../sdk/index.ts';
import type { AnyInbound } from '../../sdk/inbound.ts';
import { targetView, type TargetView } from '../dispatch/target-view.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import type { EventInput, EventOrigin } from '../stream/event-input.ts';
import { EventStream, type Published } from '../stream/event-stream.ts';
import { bearsCredential, credentialHeaders, type Signed } from './credential.ts';
import { eventInputs } from './inbound-events.ts';
import { inWords } from './in-words.ts';
import { refusal } from './inbound-refusal.ts';

/** What was posted to an endpoint. */
export interface InboundDelivery extends Signed {
  /** Parses JSON by the rules of the API. */
  readonly parse: (bytes: Uint8Array) => JsonValue | undefined;
  readonly decode: (bytes: Uint8Array) => string;
}

interface Endpoint {
  readonly object: ObjectRecord;
  readonly inbound: AnyInbound;
  readonly target: TargetView;
  readonly auth: InboundAuth;
}

/** Objects to which other systems post what they have to say, by their keys. */
@Injectable()
export class InboundEndpoints {
  // A record is replaced, never changed.
  readonly #known = new WeakMap<ObjectRecord, Endpoint>();

  constructor(
    private readonly registry: PluginRegistry,
    private readonly index: ResourceIndex,
    private readonly stream: EventStream,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /**
   * Resolves once all events of the delivery are on disk. Throws INBOUND_REFUSED, in the same words, for a name that
   * nobody bears and for a wrong credential; EVENT_INVALID when the plugin cannot read what was posted.
   */
  async receive(name: string, delivery: InboundDelivery): Promise<readonly Published[]> {
    const endpoint = this.#find(name);
    if (!endpoint || !bearsCredential(endpoint.auth, delivery)) throw refused();
    try {
      const cause = parseCause(delivery.headers[causeHeader]);
      const events = this.#read(endpoint, delivery, cause);
      return await this.stream.publish(events, originOf(endpoint.object));
    } catch (error) {
      throw this.#told(endpoint, error);
    }
  }

  /** Two of one name cannot be saved; of two that were saved while a plugin was not loaded, the older one has it. */
  #find(name: string): Endpoint | undefined {
    const bearers = this.registry.types().flatMap(({ type }) => {
      const object = type.inbound && this.index.object(type.name, name);
      return object ? [object] : [];
    });
    const [oldest] = bearers.sort((a, b) => a.createdAt - b.createdAt);
    return oldest?.enabled === true ? this.#endpoint(oldest) : undefined;
  }

  #endpoint(object: ObjectRecord): Endpoint | undefined {
    const known = this.#known.get(object);
    const type = this.registry.type(object.type);
    if (known || !type?.inbound) return known;
    try {
      const target = targetView(object, type);
      // The settings have just been parsed by the schema that the type was defined with.
      const auth = type.inbound.auth(target.view.settings as never);
      const endpoint = { object, inbound: type.inbound, target, auth };
      this.#known.set(object, endpoint);
      return endpoint;
    } catch (error) {
      // Whoever asks must not learn that there is one.
      this.logger.warn({ object: refOf(object), err: error }, 'Inbound endpoint cannot be used');
      return undefined;
    }
  }

  #read(
    { object, inbound, target, auth }: Endpoint,
    delivery: InboundDelivery,
    cause: Cause | undefined,
  ): readonly EventInput[] {
    const { body, parse, decode } = delivery;
    const secret = new Set(credentialHeaders(auth));
    const request = {
      object: target.view,
      headers: Object.fromEntries(Object.entries(delivery.headers).filter(([name]) => !secret.has(name))),
      body,
      text: () => decode(body),
      json: (text?: string) => parse(text === undefined ? body : Buffer.from(text)) ?? null,
    };
    // Taken up in the plugin's scope, too: a generator runs while its events are asked for.
    return this.registry.inScopeOf(object.type, () =>
      inWords(() => eventInputs(inbound.read(request as never), cause)),
    );
  }

  /** As the sender is told, and, where only people here can help, the log. */
  #told({ object, target }: Endpoint, thrown: unknown): unknown {
    const error = refusal(thrown, { ref: refOf(object), redact: target.redact });
    if (error instanceof SignalboxError && error.status < 500) {
      const { code, message: reason } = error;
      this.logger.warn({ object: refOf(object), code, reason }, 'Inbound delivery refused');
    }
    return error;
  }
}

function originOf(object: ObjectRecord): EventOrigin {
  return { defaultSource: `signalbox/${refOf(object)}`, outside: true, ownType: object.type };
}

function refOf({ type, key }: ObjectRecord): string {
  return `${type}/${key}`;
}

function refused(): SignalboxError {
  return new SignalboxError('INBOUND_REFUSED', 'there is no such endpoint, or this is not its credential');
}
