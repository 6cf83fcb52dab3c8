import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { Applied, ResourceInput } from '../../kernel/resources/resource-input.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import { Serial } from '../../kernel/serial.ts';
import { toDto, type DtoClass } from '../validation/to-dto.ts';
import { mergePatch } from './merge-patch.ts';

/** How one kind of resource is patched. */
export interface Patch<Body extends object> {
  /** What a PUT would have to carry to leave it as it is; throws NOT_FOUND. */
  readonly current: () => object;
  readonly patch: unknown;
  readonly Body: DtoClass<Body>;
  readonly input: (body: Body) => ResourceInput;
}

/** Writes of the API, one after another: none comes between the look at a resource and the change of it. */
@Injectable()
export class ResourceEditor {
  readonly #serial = new Serial();

  constructor(private readonly service: ResourceService) {}

  /** Throws CONFLICT when it exists. */
  create(input: ResourceInput, exists: () => boolean): Promise<Applied> {
    return this.#serial.run(async () => {
      if (exists())
        throw new SignalboxError(
          'CONFLICT',
          `this ${input.kind} exists already; change it with PUT or PATCH`,
        );
      return this.#apply(input);
    });
  }

  /** Creates or replaces. */
  put(input: ResourceInput): Promise<Applied> {
    return this.#serial.run(() => this.#apply(input));
  }

  patch<Body extends object>({ current, patch, Body, input }: Patch<Body>): Promise<Applied> {
    return this.#serial.run(() => {
      const merged = mergePatch(current(), objectOf(patch));
      return this.#apply(input(toDto(Body, merged, 'RESOURCE_INVALID')));
    });
  }

  async #apply(input: ResourceInput): Promise<Applied> {
    const [applied] = await this.service.apply([input], 'api');
    if (!applied) throw new Error(`nothing was applied for ${input.kind}`);
    return applied;
  }
}

function objectOf(patch: unknown): object {
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch;
  throw new SignalboxError('BODY_INVALID', 'a merge patch must be a JSON object');
}
