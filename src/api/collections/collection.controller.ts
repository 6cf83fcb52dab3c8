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
import type { ObjectTest } from '../../kernel/dispatch/object-tester.ts';
import type { AnyObjectType } from '../../sdk/index.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented, objectErrors } from '../openapi/route-docs.ts';
import { ObjectBodyDto } from '../objects/object-body.dto.ts';
import { ObjectsOfTypeQueryDto } from '../objects/object-query.dto.ts';
import type { ObjectView } from '../objects/object-view.ts';
import { Objects, type ObjectPath } from '../objects/objects.ts';
import type { PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import { Tagged } from '../resources/entity-tag.ts';
import { Conditions, type Preconditions } from '../resources/preconditions.ts';
import { RemovalQueryDto, WriteQueryDto } from '../resources/write-query.dto.ts';
import { RunQueryDto } from '../runs/run-query.dto.ts';
import type { RunView } from '../runs/run-view.ts';
import { Runs } from '../runs/runs.ts';
import { NewCollectionObjectDto } from './collection.dto.ts';

/** The objects of a type under a path of their own, such as `/api/schedules`; what can be acted on tells its runs. */
export function collectionControllers({ name, collection, actions }: AnyObjectType): readonly Type[] {
  if (collection === undefined) return [];
  const hasRuns = Object.keys(actions ?? {}).length > 0;
  return [collectionController(name, collection), ...(hasRuns ? [runsController(name, collection)] : [])];
}

function collectionController(type: string, collection: string): Type {
  @Controller(`api/${collection}`)
  @Tagged()
  class CollectionController {
    constructor(
      private readonly objects: Objects,
      private readonly byHand: ByHand,
    ) {}

    @Get()
    @Documented({ summary: 'List the objects' })
    @RequireScope('read')
    list(@Query() query: ObjectsOfTypeQueryDto): Promise<PageView<ObjectView>> {
      return this.objects.list(query, type);
    }

    @Get(':key')
    @Documented({ summary: 'Read an object' })
    @RequireScope('read')
    get(@Param('key') key: string): ObjectView {
      return this.objects.get({ type, key });
    }

    @Post()
    @Documented({ summary: 'Create an object', errors: ['CONFLICT', ...objectErrors] })
    @RequireScope('admin')
    async create(
      @Body() { key, ...body }: NewCollectionObjectDto,
      @Query() { dryRun }: WriteQueryDto,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<ObjectView | ChangeView<ObjectView>> {
      const path = { type, key: key ?? this.objects.freeKey(type, body.name) };
      return this.#answer(reply, await this.objects.create(path, body, { dryRun }), path);
    }

    @Put(':key')
    @Documented({ summary: 'Create or replace an object', statuses: [200, 201], errors: objectErrors })
    @RequireScope('admin')
    async put(
      @Param('key') key: string,
      @Body() body: ObjectBodyDto,
      @Query() { dryRun }: WriteQueryDto,
      @Conditions() conditions: Preconditions,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<ObjectView | ChangeView<ObjectView>> {
      const path = { type, key };
      return this.#answer(reply, await this.objects.put(path, body, { dryRun, conditions }), path);
    }

    @Patch(':key')
    @Documented({ summary: 'Change fields of an object', patches: ObjectBodyDto, errors: objectErrors })
    @RequireScope('admin')
    async patch(
      @Param('key') key: string,
      @Body() patch: unknown,
      @Query() { dryRun }: WriteQueryDto,
      @Conditions() conditions: Preconditions,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<ObjectView | ChangeView<ObjectView>> {
      const path = { type, key };
      return this.#answer(reply, await this.objects.patch(path, patch, { dryRun, conditions }), path);
    }

    @Delete(':key')
    @Documented({ summary: 'Delete an object', errors: ['IN_USE'] })
    @HttpCode(204)
    @RequireScope('admin')
    async remove(
      @Param('key') key: string,
      @Query() { dryRun, force }: RemovalQueryDto,
      @Conditions() conditions: Preconditions,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<ChangeView<ObjectView> | undefined> {
      const request = { dryRun, force, conditions };
      return this.objects.answerRemoval(reply, await this.objects.remove({ type, key }, request), request);
    }

    /** 200 also when the test fails: its answer says so. */
    @Post(':key/test')
    @Documented({ summary: 'Try an object out', errors: ['PLUGIN_DOWN'] })
    @HttpCode(200)
    @RequireScope('operate')
    test(@Param('key') key: string): Promise<ObjectTest> {
      return this.byHand.test(this.objects.find({ type, key }));
    }

    #answer(
      reply: FastifyReply,
      written: Parameters<Objects['answer']>[1],
      { key }: ObjectPath,
    ): ObjectView | ChangeView<ObjectView> {
      return this.objects.answer(reply, written, [collection, key]);
    }
  }
  return CollectionController;
}

function runsController(type: string, collection: string): Type {
  @Controller(`api/${collection}/:key/runs`)
  class CollectionRunsController {
    constructor(
      private readonly objects: Objects,
      private readonly runs: Runs,
    ) {}

    /** What was done to the object. */
    @Get()
    @Documented({ summary: 'List what was done to an object' })
    @RequireScope('read')
    list(@Param('key') key: string, @Query() query: RunQueryDto): Promise<PageView<RunView>> {
      this.objects.find({ type, key });
      return this.runs.listOf(`${type}/${key}`, query);
    }
  }
  return CollectionRunsController;
}
