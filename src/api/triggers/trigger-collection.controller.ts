import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Res,
  type Type,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ByHand } from '../../kernel/dispatch/by-hand.ts';
import type { Published } from '../../kernel/stream/event-stream.ts';
import type { AnyObjectType } from '../../sdk/index.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented, triggerErrors } from '../openapi/route-docs.ts';
import type { PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import { Tagged } from '../resources/entity-tag.ts';
import { Conditions, type Preconditions } from '../resources/preconditions.ts';
import { WriteQueryDto } from '../resources/write-query.dto.ts';
import { toDto } from '../validation/to-dto.ts';
import { TriggerBodyDto } from './trigger-body.dto.ts';
import { FireTriggerBodyDto } from './fire-trigger-body.dto.ts';
import { eventTriggers, triggersOf, type TriggerForm } from './trigger-form.ts';
import { TriggerQueryDto } from './trigger-query.dto.ts';
import { Triggers } from './triggers.ts';

/** `/api/event-triggers`, and a path for each type that gives the triggers on its event one, such as `/api/schedule-triggers`. */
export function triggerControllers(types: readonly AnyObjectType[]): readonly Type[] {
  return [eventTriggers(types), ...types.flatMap((type) => triggersOf(type) ?? [])].map(triggerController);
}

function triggerController(form: TriggerForm): Type {
  @Controller(`api/${form.path}`)
  @Tagged()
  class TriggerCollectionController {
    constructor(
      private readonly triggers: Triggers,
      private readonly byHand: ByHand,
    ) {}

    @Get()
    @Documented({ summary: 'List the triggers' })
    @RequireScope('read')
    list(@Query() query: TriggerQueryDto): Promise<PageView<object>> {
      return this.triggers.list(form, query);
    }

    @Get(':id')
    @Documented({ summary: 'Read a trigger' })
    @RequireScope('read')
    get(@Param('id') id: string): object {
      return this.triggers.view(form, this.triggers.find(form, id));
    }

    @Post()
    @Documented({
      summary: 'Create a trigger',
      bodySchema: 'NewCollectionTrigger',
      statuses: [200, 201],
      errors: ['CONFLICT', 'RESOURCE_INVALID', ...triggerErrors],
    })
    @RequireScope('admin')
    async create(
      @Body() body: unknown,
      @Query() { dryRun }: WriteQueryDto,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<object> {
      return this.triggers.answer(form, reply, await this.triggers.create(form, body, { dryRun }));
    }

    @Put(':id')
    @Documented({
      summary: 'Create or replace a trigger',
      bodySchema: 'CollectionTrigger',
      statuses: [200, 201],
      errors: ['CONFLICT', 'RESOURCE_INVALID', ...triggerErrors],
    })
    @RequireScope('admin')
    async put(
      @Param('id') id: string,
      @Body() body: unknown,
      @Query() { dryRun }: WriteQueryDto,
      @Conditions() conditions: Preconditions,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<object> {
      const written = await this.triggers.put(form, { id, body }, { dryRun, conditions });
      return this.triggers.answer(form, reply, written);
    }

    @Patch(':id')
    @Documented({
      summary: 'Change fields of a trigger',
      patches: TriggerBodyDto,
      errors: ['CONFLICT', ...triggerErrors],
    })
    @RequireScope('admin')
    async patch(
      @Param('id') id: string,
      @Body() patch: unknown,
      @Query() { dryRun }: WriteQueryDto,
      @Conditions() conditions: Preconditions,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<object> {
      const written = await this.triggers.patch(form, { id, patch }, { dryRun, conditions });
      return this.triggers.answer(form, reply, written);
    }

    @Delete(':id')
    @Documented({ summary: 'Delete a trigger', statuses: [200, 204] })
    @HttpCode(204)
    @RequireScope('admin')
    async remove(
      @Param('id') id: string,
      @Query() { dryRun }: WriteQueryDto,
      @Conditions() conditions: Preconditions,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<ChangeView<object> | undefined> {
      const written = await this.triggers.remove(form, id, { dryRun, conditions });
      return this.triggers.answerRemoval(form, reply, written);
    }

    /** As `POST /api/triggers/:id/fire`. */
    @Post(':id/fire')
    @Documented({
      summary: 'Fire a trigger by hand',
      body: FireTriggerBodyDto,
      errors: ['CONFLICT', 'EVENT_INVALID', 'EVENT_TYPE_UNKNOWN', 'OVERLOADED'],
    })
    @HttpCode(202)
    @RequireScope('operate')
    async fire(@Param('id') id: string, @Body() body: unknown): Promise<Published> {
      const trigger = this.triggers.find(form, id);
      return this.byHand.fire(trigger, toDto(FireTriggerBodyDto, body ?? {}, 'EVENT_INVALID'));
    }
  }
  return TriggerCollectionController;
}
