import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ObjectRecord } from '../../domain/records.ts';
import { ByHand } from '../../kernel/dispatch/by-hand.ts';
import type { ObjectTest } from '../../kernel/dispatch/object-tester.ts';
import { TargetHealth } from '../../kernel/dispatch/target-health.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { ObjectAnswers } from '../../kernel/resources/object-answers.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type { Applied, ResourceInput } from '../../kernel/resources/resource-input.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { RequireScope } from '../auth/scopes.ts';
import { notFound } from '../errors/not-found.ts';
import type { PageQueryDto } from '../paging/page-query.dto.ts';
import { pageOf, pageView, type PageView } from '../paging/page-view.ts';
import { ResourceEditor } from '../resources/resource-editor.ts';
import { answerWrite } from '../resources/write-reply.ts';
import { NewObjectDto, ObjectBodyDto } from './object-body.dto.ts';
import { ObjectQueryDto, ObjectsOfTypeQueryDto } from './object-query.dto.ts';
import { objectView, type ObjectView } from './object-view.ts';

/** Names one object in a path. */
interface ObjectPath {
  readonly type: string;
  readonly key: string;
}

@Controller('api/objects')
export class ObjectsController {
  constructor(
    private readonly index: ResourceIndex,
    private readonly service: ResourceService,
    private readonly editor: ResourceEditor,
    private readonly registry: PluginRegistry,
    private readonly byHand: ByHand,
    private readonly health: TargetHealth,
    private readonly answers: ObjectAnswers,
  ) {}

  @Get()
  @RequireScope('read')
  list(@Query() query: ObjectQueryDto): PageView<ObjectView> {
    return this.#page({ type: query.type, tag: query.tag }, query);
  }

  @Get(':type')
  @RequireScope('read')
  listOfType(@Param('type') type: string, @Query() query: ObjectsOfTypeQueryDto): PageView<ObjectView> {
    const page = this.#page({ type, tag: query.tag }, query);
    if (page.items.length === 0 && !this.registry.type(type)) throw notFound('object type', type);
    return page;
  }

  @Get(':type/:key')
  @RequireScope('read')
  get(@Param() path: ObjectPath): ObjectView {
    const object = this.#find(path);
    return this.#view(object, this.answers.summary(object));
  }

  @Post(':type')
  @RequireScope('admin')
  async create(
    @Param('type') type: string,
    @Body() { key, ...body }: NewObjectDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectView> {
    const path = { type, key };
    const applied = await this.editor.create(
      inputOf(path, body),
      () => this.index.object(type, key) !== undefined,
    );
    return this.#answer(reply, applied, path);
  }

  @Put(':type/:key')
  @RequireScope('admin')
  async put(
    @Param() path: ObjectPath,
    @Body() body: ObjectBodyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectView> {
    return this.#answer(reply, await this.editor.put(inputOf(path, body)), path);
  }

  @Patch(':type/:key')
  @RequireScope('admin')
  async patch(@Param() path: ObjectPath, @Body() patch: unknown): Promise<ObjectView> {
    await this.editor.patch({
      current: () => this.#writable(this.#find(path)),
      patch,
      Body: ObjectBodyDto,
      input: (body) => inputOf(path, body),
    });
    return this.get(path);
  }

  @Delete(':type/:key')
  @HttpCode(204)
  @RequireScope('admin')
  async remove(@Param() { type, key }: ObjectPath): Promise<void> {
    await this.service.remove({ kind: 'object', id: `${type}/${key}` });
  }

  /** 200 also when the test fails: its answer says so. */
  @Post(':type/:key/test')
  @HttpCode(200)
  @RequireScope('operate')
  test(@Param() path: ObjectPath): Promise<ObjectTest> {
    return this.byHand.test(this.#find(path));
  }

  #page(filter: Parameters<ResourceIndex['objects']>[0], query: PageQueryDto): PageView<ObjectView> {
    const page = pageOf(this.index.objects(filter), query, ({ type, key }) => `${type}/${key}`);
    return pageView(page, (object) => this.#view(object));
  }

  #find({ type, key }: ObjectPath): ObjectRecord {
    const object = this.index.object(type, key);
    if (!object) throw notFound('object', `${type}/${key}`);
    return object;
  }

  #view(object: ObjectRecord, summary?: JsonObject): ObjectView {
    return objectView(object, {
      summary,
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

  #answer(reply: FastifyReply, applied: Applied, path: ObjectPath): ObjectView {
    answerWrite(reply, applied, ['objects', path.type, path.key]);
    return this.get(path);
  }
}

function inputOf({ type, key }: ObjectPath, body: ObjectBodyDto): ResourceInput {
  const { name, enabled, tags, settings } = body;
  return { kind: 'object', type, key, name, enabled, tags, settings };
}
