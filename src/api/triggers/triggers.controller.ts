import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { splitName, type TriggerRecord } from '../../domain/records.ts';
import { ByHand } from '../../kernel/dispatch/by-hand.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type { ResourceInput } from '../../kernel/resources/resource-input.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import type { Published } from '../../kernel/stream/event-stream.ts';
import { RequireScope } from '../auth/scopes.ts';
import { notFound } from '../errors/not-found.ts';
import { pageOf, pageView, type PageView } from '../paging/page-view.ts';
import { ResourceEditor } from '../resources/resource-editor.ts';
import { answerWrite } from '../resources/write-reply.ts';
import { toDto } from '../validation/to-dto.ts';
import { FireTriggerBodyDto } from './fire-trigger-body.dto.ts';
import { NewTriggerDto, TriggerBodyDto } from './trigger-body.dto.ts';
import { TriggerQueryDto } from './trigger-query.dto.ts';
import { triggerView, writableTrigger, type TriggerView } from './trigger-view.ts';

@Controller('api/triggers')
export class TriggersController {
  constructor(
    private readonly index: ResourceIndex,
    private readonly service: ResourceService,
    private readonly editor: ResourceEditor,
    private readonly registry: PluginRegistry,
    private readonly byHand: ByHand,
  ) {}

  @Get()
  @RequireScope('read')
  list(@Query() query: TriggerQueryDto): PageView<TriggerView> {
    const { event, task } = query;
    const triggers = this.index
      .triggers()
      .filter((trigger) => event === undefined || trigger.event === event)
      .filter((trigger) => task === undefined || trigger.task === task);
    return pageView(
      pageOf(triggers, query, (trigger) => trigger.id),
      (trigger) => this.#view(trigger),
    );
  }

  @Get(':id')
  @RequireScope('read')
  get(@Param('id') id: string): TriggerView {
    return this.#view(this.#find(id));
  }

  /** Fires the trigger by hand, its filter not asked: as if its event had happened with this data, to nobody else. */
  @Post(':id/fire')
  @HttpCode(202)
  @RequireScope('operate')
  async fire(@Param('id') id: string, @Body() body: unknown): Promise<Published> {
    const trigger = this.#find(id);
    return this.byHand.fire(trigger, toDto(FireTriggerBodyDto, body ?? {}, 'EVENT_INVALID'));
  }

  @Post()
  @RequireScope('admin')
  async create(
    @Body() { id, ...body }: NewTriggerDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TriggerView> {
    const exists = (): boolean => id !== undefined && this.index.trigger(id) !== undefined;
    const applied = await this.editor.create(inputOf(id, body), exists);
    answerWrite(reply, applied, ['triggers', applied.id]);
    return this.get(applied.id);
  }

  @Put(':id')
  @RequireScope('admin')
  async put(
    @Param('id') id: string,
    @Body() body: TriggerBodyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TriggerView> {
    answerWrite(reply, await this.editor.put(inputOf(id, body)), ['triggers', id]);
    return this.get(id);
  }

  @Patch(':id')
  @RequireScope('admin')
  async patch(@Param('id') id: string, @Body() patch: unknown): Promise<TriggerView> {
    await this.editor.patch({
      current: () => writableTrigger(this.#find(id)),
      patch,
      Body: TriggerBodyDto,
      input: (body) => inputOf(id, body),
    });
    return this.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('admin')
  async remove(@Param('id') id: string): Promise<void> {
    await this.service.remove({ kind: 'trigger', id });
  }

  #find(id: string): TriggerRecord {
    const trigger = this.index.trigger(id);
    if (!trigger) throw notFound('trigger', id);
    return trigger;
  }

  #view(trigger: TriggerRecord): TriggerView {
    const known = this.registry.event(trigger.event) !== undefined;
    return triggerView(trigger, known && this.registry.available(splitName(trigger.event).type));
  }
}

function inputOf(id: string | undefined, body: TriggerBodyDto): ResourceInput {
  const { enabled, event, object, tag, filter, task } = body;
  return { kind: 'trigger', id, enabled, event, object, tag, filter, task };
}
