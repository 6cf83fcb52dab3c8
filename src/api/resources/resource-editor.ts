import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { Applied, ResourceInput } from '../../kernel/resources/resource-input.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import type { Revision } from '../../kernel/resources/revision.ts';
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

/** Writes of the API. None comes between the look at a resource and the change of it, of whomever. */
@Injectable()
export class ResourceEditor {
  constructor(private readonly service: ResourceService) {}

  /** Throws CONFLICT when it exists. */
  create(input: ResourceInput, exists: () => boolean): Promise<Applied> {
    return this.#apply(() => {
      if (exists())
        throw new SignalboxError(
          'CONFLICT',
          `this ${input.kind} exists already; change it with PUT or PATCH`,
        );
      return input;
    });
  }

  /** Creates or replaces. */
  put(input: ResourceInput): Promise<Applied> {
    return this.#apply(() => input);
  }

  patch<Body extends object>({ current, patch, Body, input }: Patch<Body>): Promise<Applied> {
    return this.#apply(() => {
      const merged = mergePatch(current(), objectOf(patch));
      return input(toDto(Body, merged, 'RESOURCE_INVALID'));
    });
  }

  async #apply(make: () => ResourceInput): Promise<Applied> {
    const revision = (): Revision => ({ inputs: [make()], managedBy: 'api' });
    const { applied } = await this.service.revise(revision);
    const [only] = applied;
    if (!only) throw new Error('nothing was applied');
    return only;
  }
}

function objectOf(patch: unknown): object {
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch;
  throw new SignalboxError('BODY_INVALID', 'a merge patch must be a JSON object');
}
