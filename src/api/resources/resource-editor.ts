import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type {
  Records,
  ResourceInput,
  ResourceKind,
  ResourceRef,
  Revised,
} from '../../kernel/resources/resource-input.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import type { Retagging } from '../../kernel/resources/retagging.ts';
import { toDto, type DtoClass } from '../validation/to-dto.ts';
import { mergePatch } from './merge-patch.ts';
import type { Preconditions } from './preconditions.ts';
import { writtenOf, type Written } from './written.ts';

/** What becomes of what an input is about. */
type WrittenBy<Input extends ResourceInput> = Written<Records[Input['kind']]>;

/** How one kind of resource is patched. */
export interface Patch<Input extends ResourceInput, Body extends object> {
  /** What a PUT would have to carry to leave it as it is; throws NOT_FOUND. */
  readonly current: () => object;
  readonly patch: unknown;
  readonly Body: DtoClass<Body>;
  readonly input: (body: Body) => Input;
}

/** What a request says of itself beside its body. */
export interface WriteRequest {
  readonly dryRun?: boolean | undefined;
  readonly conditions?: Preconditions;
}

export interface RemovalRequest extends WriteRequest {
  readonly force?: boolean | undefined;
}

/** Writes of the API. None comes between the look at a resource and the change of it, of whomever. */
@Injectable()
export class ResourceEditor {
  constructor(
    private readonly service: ResourceService,
    private readonly index: ResourceIndex,
    private readonly registry: PluginRegistry,
  ) {}

  /** Throws CONFLICT when it exists. */
  create<Input extends ResourceInput>(input: Input, request: WriteRequest): Promise<WrittenBy<Input>> {
    return this.#apply(() => {
      const ref = refOf(input);
      if (ref && this.index.find(ref))
        throw new SignalboxError('CONFLICT', `this ${input.kind} exists already`);
      return input;
    }, request);
  }

  /** Creates or replaces. */
  put<Input extends ResourceInput>(input: Input, request: WriteRequest): Promise<WrittenBy<Input>> {
    return this.#apply(() => {
      this.#check(input, request);
      return input;
    }, request);
  }

  patch<Input extends ResourceInput, Body extends object>(
    { current, patch, Body, input }: Patch<Input, Body>,
    request: WriteRequest,
  ): Promise<WrittenBy<Input>> {
    return this.#apply(() => {
      const merged = mergePatch(current(), objectOf(patch));
      const made = input(toDto(Body, merged, 'RESOURCE_INVALID'));
      this.#check(made, request);
      return made;
    }, request);
  }

  async remove<Kind extends ResourceKind>(
    ref: ResourceRef & { readonly kind: Kind },
    { dryRun = false, force, conditions }: RemovalRequest,
  ): Promise<Written<Records[Kind]>> {
    const check = conditions?.check.bind(conditions);
    return this.#written(await this.service.remove(ref, { dryRun, force, check }), dryRun);
  }

  /** Of the tag; the objects are among those that change with it. */
  async retag(
    tag: string,
    retagging: Retagging,
    { dryRun = false }: WriteRequest,
  ): Promise<Written<Records['tag']>> {
    return this.#written<'tag'>(await this.service.retag(tag, retagging, { dryRun }), dryRun);
  }

  #check(input: ResourceInput, { conditions }: WriteRequest): void {
    const ref = refOf(input);
    conditions?.check(ref && this.index.find(ref));
  }

  async #apply<Input extends ResourceInput>(
    make: () => Input,
    { dryRun = false }: WriteRequest,
  ): Promise<WrittenBy<Input>> {
    const revision = () => ({ inputs: [make()], managedBy: 'api' }) as const;
    const { revised } = await this.service.revise(revision, { dryRun });
    // Tags that come into being with an object stand before it.
    return this.#written(revised.toReversed(), dryRun);
  }

  #written<Kind extends ResourceKind>(revised: readonly Revised[], dryRun: boolean): Written<Records[Kind]> {
    const [one, ...also] = revised;
    if (!one) throw new Error('nothing was applied');
    return writtenOf([one, ...also], { dryRun, registry: this.registry });
  }
}

/** Undefined: its id is still to be made. */
function refOf(input: ResourceInput): ResourceRef | undefined {
  switch (input.kind) {
    case 'object':
      return { kind: 'object', id: `${input.type}/${input.key}` };
    case 'tag':
      return { kind: 'tag', id: input.name };
    case 'task':
    case 'trigger':
      return input.id === undefined ? undefined : { kind: input.kind, id: input.id };
  }
}

function objectOf(patch: unknown): object {
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch;
  throw new SignalboxError('BODY_INVALID', 'a merge patch must be a JSON object');
}
