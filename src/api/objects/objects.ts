import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import type { ObjectRecord } from '../../domain/records.ts';
import { TargetHealth } from '../../kernel/dispatch/target-health.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { freeId, slug } from '../../kernel/resources/names.ts';
import { ObjectAnswers } from '../../kernel/resources/object-answers.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type { ObjectInput } from '../../kernel/resources/resource-input.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import { notFound } from '../errors/not-found.ts';
import { listPage } from '../paging/list-page.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import { fitsManaged, is } from '../resources/managed-query.dto.ts';
import { ResourceEditor, type RemovalRequest, type WriteRequest } from '../resources/resource-editor.ts';
import { answerRemoval, answerWrite } from '../resources/write-reply.ts';
import type { Written } from '../resources/written.ts';
import { ObjectBodyDto } from './object-body.dto.ts';
import { objectList } from './object-list.ts';
import type { ObjectsOfTypeQueryDto } from './object-query.dto.ts';
import { objectView, type ObjectView } from './object-view.ts';

/** Names one object in a path. */
export interface ObjectPath {
  readonly type: string;
  readonly key: string;
}

type WriteAnswer = ObjectView | ChangeView<ObjectView>;

/** Objects as the API lists, shows and changes them, whatever their path. */
@Injectable()
export class Objects {
  constructor(
    private readonly index: ResourceIndex,
    private readonly service: ResourceService,
    private readonly editor: ResourceEditor,
    private readonly registry: PluginRegistry,
    private readonly health: TargetHealth,
    private readonly answers: ObjectAnswers,
  ) {}

  async list(query: ObjectsOfTypeQueryDto, type?: string): Promise<PageView<ObjectView>> {
    const { tag, enabled } = query;
    const fits = (object: ObjectRecord): boolean => is(enabled, object.enabled) && fitsManaged(query, object);
    const page = await listPage(objectList, { items: this.index.all.objects({ type, tag }), query, fits });
    return pageView(page, (object) => this.#view(object));
  }

  /** Throws NOT_FOUND. */
  find({ type, key }: ObjectPath): ObjectRecord {
    const object = this.index.object(type, key);
    if (!object) throw notFound('object', `${type}/${key}`);
    return object;
  }

  /** A key that no object of the type has, made of a name. */
  freeKey(type: string, name: string | undefined): string {
    if (name === undefined)
      throw new SignalboxError('RESOURCE_INVALID', 'key: is missing, and so is a name to make it of', {
        field: 'key',
      });
    return freeId(slug(name), (key) => this.index.object(type, key) !== undefined);
  }

  get(path: ObjectPath): ObjectView {
    return this.#detail(this.find(path));
  }

  async create(path: ObjectPath, body: ObjectBodyDto, request: WriteRequest): Promise<Written<ObjectRecord>> {
    return this.editor.create(inputOf(path, body), request);
  }

  async put(path: ObjectPath, body: ObjectBodyDto, request: WriteRequest): Promise<Written<ObjectRecord>> {
    return this.editor.put(inputOf(path, body), request);
  }

  async patch(path: ObjectPath, patch: unknown, request: WriteRequest): Promise<Written<ObjectRecord>> {
    const current = (): object => this.#writable(this.find(path));
    const input = (body: ObjectBodyDto): ObjectInput => inputOf(path, body);
    return this.editor.patch({ current, patch, Body: ObjectBodyDto, input }, request);
  }

  async remove({ type, key }: ObjectPath, request: RemovalRequest): Promise<Written<ObjectRecord>> {
    return this.editor.remove({ kind: 'object', id: `${type}/${key}` }, request);
  }

  /** `path`: where it is found. */
  answer(reply: FastifyReply, written: Written<ObjectRecord>, path: readonly string[]): WriteAnswer {
    return answerWrite(reply, written, { path, view: this.#detail });
  }

  answerRemoval(
    reply: FastifyReply,
    written: Written<ObjectRecord>,
    { force }: RemovalRequest,
  ): ChangeView<ObjectView> | undefined {
    return answerRemoval(reply, written, { view: (object) => this.#view(object), told: force });
  }

  readonly #detail = (object: ObjectRecord): ObjectView =>
    this.#view(object, { summary: this.answers.summary(object) });

  #view(object: ObjectRecord, more: Pick<Parameters<typeof objectView>[1], 'summary'> = {}): ObjectView {
    return objectView(object, {
      ...more,
      settings: this.service.maskedSettings(object),
      told: this.index.state(object.type, object.key),
      inbound: this.registry.type(object.type)?.inbound !== undefined,
      health: this.health.of(`${object.type}/${object.key}`),
    });
  }

  /** What a PUT would have to carry to leave it as it is. */
  #writable(object: ObjectRecord): ObjectBodyDto {
    const { name, enabled, tags } = object;
    return { name, enabled, tags: [...tags], settings: this.service.maskedSettings(object) };
  }
}

function inputOf({ type, key }: ObjectPath, body: ObjectBodyDto): ObjectInput {
  const { name, enabled, tags, settings } = body;
  return { kind: 'object', type, key, name, enabled, tags, settings };
}
