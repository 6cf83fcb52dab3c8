import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ByHand } from '../../kernel/dispatch/by-hand.ts';
import type { ObjectTest } from '../../kernel/dispatch/object-tester.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented, objectErrors } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import type { PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import { Tagged } from '../resources/entity-tag.ts';
import { Conditions, type Preconditions } from '../resources/preconditions.ts';
import { RemovalQueryDto, WriteQueryDto } from '../resources/write-query.dto.ts';
import { NewObjectDto, ObjectBodyDto } from './object-body.dto.ts';
import { ObjectQueryDto, ObjectsOfTypeQueryDto } from './object-query.dto.ts';
import type { ObjectView } from './object-view.ts';
import { Objects, type ObjectPath } from './objects.ts';

@Controller('api/objects')
@Tagged()
export class ObjectsController {
  constructor(
    private readonly objects: Objects,
    private readonly registry: PluginRegistry,
    private readonly byHand: ByHand,
  ) {}

  @Get()
  @Documented({ summary: 'List objects of all types' })
  @RequireScope('read')
  list(@Query() query: ObjectQueryDto): Promise<PageView<ObjectView>> {
    return this.objects.list(query, query.type);
  }

  @Get(':type')
  @Documented({ summary: 'List the objects of a type' })
  @RequireScope('read')
  async listOfType(
    @Param('type') type: string,
    @Query() query: ObjectsOfTypeQueryDto,
  ): Promise<PageView<ObjectView>> {
    const page = await this.objects.list(query, type);
    if (page.items.length === 0 && !this.registry.type(type)) throw notFound('object type', type);
    return page;
  }

  @Get(':type/:key')
  @Documented({ summary: 'Read an object' })
  @RequireScope('read')
  get(@Param() path: ObjectPath): ObjectView {
    return this.objects.get(path);
  }

  @Post(':type')
  @Documented({ summary: 'Create an object', errors: ['CONFLICT', ...objectErrors] })
  @RequireScope('admin')
  async create(
    @Param('type') type: string,
    @Body() { key, ...body }: NewObjectDto,
    @Query() { dryRun }: WriteQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectView | ChangeView<ObjectView>> {
    const written = await this.objects.create({ type, key }, body, { dryRun });
    return this.objects.answer(reply, written, ['objects', type, key]);
  }

  @Put(':type/:key')
  @Documented({ summary: 'Create or replace an object', statuses: [200, 201], errors: objectErrors })
  @RequireScope('admin')
  async put(
    @Param() path: ObjectPath,
    @Body() body: ObjectBodyDto,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectView | ChangeView<ObjectView>> {
    const written = await this.objects.put(path, body, { dryRun, conditions });
    return this.objects.answer(reply, written, ['objects', path.type, path.key]);
  }

  @Patch(':type/:key')
  @Documented({ summary: 'Change fields of an object', patches: ObjectBodyDto, errors: objectErrors })
  @RequireScope('admin')
  async patch(
    @Param() path: ObjectPath,
    @Body() patch: unknown,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectView | ChangeView<ObjectView>> {
    const written = await this.objects.patch(path, patch, { dryRun, conditions });
    return this.objects.answer(reply, written, ['objects', path.type, path.key]);
  }

  @Delete(':type/:key')
  @Documented({ summary: 'Delete an object', errors: ['IN_USE'] })
  @HttpCode(204)
  @RequireScope('admin')
  async remove(
    @Param() path: ObjectPath,
    @Query() { dryRun, force }: RemovalQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeView<ObjectView> | undefined> {
    const request = { dryRun, force, conditions };
    return this.objects.answerRemoval(reply, await this.objects.remove(path, request), request);
  }

  /** 200 also when the test fails: its answer says so. */
  @Post(':type/:key/test')
  @Documented({ summary: 'Try an object out', errors: ['PLUGIN_DOWN'] })
  @HttpCode(200)
  @RequireScope('operate')
  test(@Param() path: ObjectPath): Promise<ObjectTest> {
    return this.byHand.test(this.objects.find(path));
  }
}
