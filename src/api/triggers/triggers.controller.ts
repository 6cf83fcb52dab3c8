import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { splitName, type TriggerRecord } from '../../domain/records.ts';
import { ByHand } from '../../kernel/dispatch/by-hand.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type { TriggerInput } from '../../kernel/resources/resource-input.ts';
import type { Published } from '../../kernel/stream/event-stream.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented, triggerErrors } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { listPage } from '../paging/list-page.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import { Tagged } from '../resources/entity-tag.ts';
import { Conditions, type Preconditions } from '../resources/preconditions.ts';
import { ResourceEditor } from '../resources/resource-editor.ts';
import { WriteQueryDto } from '../resources/write-query.dto.ts';
import { answerRemoval, answerWrite } from '../resources/write-reply.ts';
import type { Written } from '../resources/written.ts';
import { toDto } from '../validation/to-dto.ts';
import { FireTriggerBodyDto } from './fire-trigger-body.dto.ts';
import { NewTriggerDto, TriggerBodyDto } from './trigger-body.dto.ts';
import { triggerList } from './trigger-list.ts';
import { fitsTrigger, TriggerQueryDto } from './trigger-query.dto.ts';
import { triggerView, writableTrigger, type TriggerView } from './trigger-view.ts';

@Controller('api/triggers')
@Tagged()
export class TriggersController {
  constructor(
    private readonly index: ResourceIndex,
    private readonly editor: ResourceEditor,
    private readonly registry: PluginRegistry,
    private readonly byHand: ByHand,
  ) {}

  @Get()
  @Documented({ summary: 'List the triggers' })
  @RequireScope('read')
  async list(@Query() query: TriggerQueryDto): Promise<PageView<TriggerView>> {
    const fits = (trigger: TriggerRecord): boolean => fitsTrigger(query, trigger);
    const page = await listPage(triggerList, { items: this.index.all.triggers(), query, fits });
    return pageView(page, this.#view);
  }

  @Get(':id')
  @Documented({ summary: 'Read a trigger' })
  @RequireScope('read')
  get(@Param('id') id: string): TriggerView {
    return this.#view(this.#find(id));
  }

  /** Fires the trigger by hand, its filter not asked: as if its event had happened with this data, to nobody else. */
  @Post(':id/fire')
  @Documented({
    summary: 'Fire a trigger by hand',
    body: FireTriggerBodyDto,
    errors: ['CONFLICT', 'EVENT_INVALID', 'EVENT_TYPE_UNKNOWN', 'OVERLOADED'],
  })
  @HttpCode(202)
  @RequireScope('operate')
  async fire(@Param('id') id: string, @Body() body: unknown): Promise<Published> {
    const trigger = this.#find(id);
    return this.byHand.fire(trigger, toDto(FireTriggerBodyDto, body ?? {}, 'EVENT_INVALID'));
  }

  @Post()
  @Documented({ summary: 'Create a trigger', errors: ['CONFLICT', ...triggerErrors] })
  @RequireScope('admin')
  async create(
    @Body() { id, ...body }: NewTriggerDto,
    @Query() { dryRun }: WriteQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TriggerView | ChangeView<TriggerView>> {
    return this.#answer(reply, await this.editor.create(inputOf(id, body), { dryRun }));
  }

  @Put(':id')
  @Documented({ summary: 'Create or replace a trigger', statuses: [200, 201], errors: triggerErrors })
  @RequireScope('admin')
  async put(
    @Param('id') id: string,
    @Body() body: TriggerBodyDto,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TriggerView | ChangeView<TriggerView>> {
    return this.#answer(reply, await this.editor.put(inputOf(id, body), { dryRun, conditions }));
  }

  @Patch(':id')
  @Documented({ summary: 'Change fields of a trigger', patches: TriggerBodyDto, errors: triggerErrors })
  @RequireScope('admin')
  async patch(
    @Param('id') id: string,
    @Body() patch: unknown,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TriggerView | ChangeView<TriggerView>> {
    const current = (): object => writableTrigger(this.#find(id));
    const input = (body: TriggerBodyDto): TriggerInput => inputOf(id, body);
    const written = await this.editor.patch(
      { current, patch, Body: TriggerBodyDto, input },
      { dryRun, conditions },
    );
    return this.#answer(reply, written);
  }

  @Delete(':id')
  @Documented({ summary: 'Delete a trigger' })
  @HttpCode(204)
  @RequireScope('admin')
  async remove(
    @Param('id') id: string,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeView<TriggerView> | undefined> {
    const written = await this.editor.remove({ kind: 'trigger', id }, { dryRun, conditions });
    return answerRemoval(reply, written, { view: this.#view });
  }

  #find(id: string): TriggerRecord {
    const trigger = this.index.trigger(id);
    if (!trigger) throw notFound('trigger', id);
    return trigger;
  }

  #answer(reply: FastifyReply, written: Written<TriggerRecord>): TriggerView | ChangeView<TriggerView> {
    return answerWrite(reply, written, { path: ['triggers', written.record.id], view: this.#view });
  }

  readonly #view = (trigger: TriggerRecord): TriggerView => {
    const known = this.registry.event(trigger.event) !== undefined;
    return triggerView(trigger, known && this.registry.available(splitName(trigger.event).type));
  };
}

function inputOf(id: string | undefined, body: TriggerBodyDto): TriggerInput {
  const { enabled, event, object, tag, filter, task } = body;
  return { kind: 'trigger', id, enabled, event, object, tag, filter, task };
}
