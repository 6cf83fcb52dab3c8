import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import { splitName, type Target, type TaskRecord } from '../../domain/records.ts';
import { ByHand } from '../../kernel/dispatch/by-hand.ts';
import { TargetPreview } from '../../kernel/dispatch/target-preview.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { HISTORY, type HistoryPort } from '../../kernel/ports.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type { TaskInput } from '../../kernel/resources/resource-input.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import type { Published } from '../../kernel/stream/event-stream.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented, taskErrors } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { listPage } from '../paging/list-page.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import { Tagged } from '../resources/entity-tag.ts';
import { Conditions, type Preconditions } from '../resources/preconditions.ts';
import { ResourceEditor } from '../resources/resource-editor.ts';
import { RemovalQueryDto, WriteQueryDto } from '../resources/write-query.dto.ts';
import { answerRemoval, answerWrite } from '../resources/write-reply.ts';
import type { Written } from '../resources/written.ts';
import { toDto } from '../validation/to-dto.ts';
import { RunTaskBodyDto } from './run-task-body.dto.ts';
import { NewTaskDto, TaskBodyDto, type TargetDto } from './task-body.dto.ts';
import { taskList } from './task-list.ts';
import { fitsTask, TaskQueryDto } from './task-query.dto.ts';
import { targetList } from './target-list.ts';
import { taskTargetsView, type TaskTargetsView } from './task-targets-view.ts';
import { taskDetailView, taskView, type TaskDetailView, type TaskView } from './task-view.ts';

@Controller('api/tasks')
@Tagged()
export class TasksController {
  constructor(
    private readonly index: ResourceIndex,
    private readonly service: ResourceService,
    private readonly editor: ResourceEditor,
    private readonly registry: PluginRegistry,
    private readonly byHand: ByHand,
    private readonly targets: TargetPreview,
    @Inject(HISTORY) private readonly history: HistoryPort,
  ) {}

  @Get()
  @Documented({ summary: 'List the tasks' })
  @RequireScope('read')
  async list(@Query() query: TaskQueryDto): Promise<PageView<TaskView>> {
    const fits = (task: TaskRecord): boolean => fitsTask(query, task);
    const page = await listPage(taskList, { items: this.index.all.tasks(), query, fits });
    return pageView(page, this.#view);
  }

  @Get(':id')
  @Documented({ summary: 'Read a task, its status and its last run' })
  @RequireScope('read')
  async get(@Param('id') id: string): Promise<TaskDetailView> {
    const task = this.#find(id);
    const [last, active] = await Promise.all([
      this.history.runs({ taskId: id, limit: 1 }),
      this.history.runs({ taskId: id, states: ['pending', 'running'], limit: 1 }),
    ]);
    return taskDetailView(this.#view(task), { last: last.items[0], active: active.items[0] });
  }

  /** What it would act on if it fired now. Nothing is fired. */
  @Get(':id/targets')
  @Documented({ summary: 'List what a task would act on now' })
  @RequireScope('read')
  async previewTargets(@Param('id') id: string, @Query() query: PageQueryDto): Promise<TaskTargetsView> {
    const task = this.#find(id);
    const targets = this.targets.targetsOf(task);
    const page = pageView(await listPage(targetList, { items: targets, query }), (target) =>
      this.targets.preview(task, target),
    );
    return taskTargetsView(task, { total: targets.length, maxTargets: this.targets.limitOf(task) }, page);
  }

  @Post()
  @Documented({ summary: 'Create a task', errors: ['CONFLICT', ...taskErrors] })
  @RequireScope('admin')
  async create(
    @Body() { id, ...body }: NewTaskDto,
    @Query() { dryRun }: WriteQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskView | ChangeView<TaskView>> {
    return this.#answer(reply, await this.editor.create(inputOf(id, body), { dryRun }));
  }

  @Put(':id')
  @Documented({ summary: 'Create or replace a task', statuses: [200, 201], errors: taskErrors })
  @RequireScope('admin')
  async put(
    @Param('id') id: string,
    @Body() body: TaskBodyDto,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskView | ChangeView<TaskView>> {
    return this.#answer(reply, await this.editor.put(inputOf(id, body), { dryRun, conditions }));
  }

  @Patch(':id')
  @Documented({ summary: 'Change fields of a task', patches: TaskBodyDto, errors: taskErrors })
  @RequireScope('admin')
  async patch(
    @Param('id') id: string,
    @Body() patch: unknown,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskView | ChangeView<TaskView>> {
    const current = (): object => {
      const task = this.#find(id);
      return writable(task, this.service.maskedInput(task.action, task.settings));
    };
    const input = (body: TaskBodyDto): TaskInput => inputOf(id, body);
    const written = await this.editor.patch(
      { current, patch, Body: TaskBodyDto, input },
      { dryRun, conditions },
    );
    return this.#answer(reply, written);
  }

  @Delete(':id')
  @Documented({ summary: 'Delete a task', errors: ['IN_USE'] })
  @HttpCode(204)
  @RequireScope('admin')
  async remove(
    @Param('id') id: string,
    @Query() { dryRun, force }: RemovalQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeView<TaskView> | undefined> {
    const written = await this.editor.remove({ kind: 'task', id }, { dryRun, force, conditions });
    return answerRemoval(reply, written, { view: this.#view, told: force });
  }

  /** Fires the task by hand: an ordinary event, with its runs. */
  @Post(':id/run')
  @Documented({
    summary: 'Run a task by hand',
    body: RunTaskBodyDto,
    errors: ['CONFLICT', 'EVENT_INVALID', 'OVERLOADED'],
  })
  @HttpCode(202)
  @RequireScope('operate')
  async run(@Param('id') id: string, @Body() body: unknown): Promise<Published> {
    const { data = {} } = toDto(RunTaskBodyDto, body ?? {}, 'EVENT_INVALID');
    return this.byHand.run(this.#find(id), data);
  }

  #find(id: string): TaskRecord {
    const task = this.index.task(id);
    if (!task) throw notFound('task', id);
    return task;
  }

  #answer(reply: FastifyReply, written: Written<TaskRecord>): TaskView | ChangeView<TaskView> {
    return answerWrite(reply, written, { path: ['tasks', written.record.id], view: this.#view });
  }

  readonly #view = (task: TaskRecord): TaskView => {
    const known = this.registry.action(task.action) !== undefined;
    return taskView(task, {
      settings: this.service.maskedInput(task.action, task.settings),
      available: known && this.registry.available(splitName(task.action).type),
    });
  };
}

function inputOf(id: string | undefined, body: TaskBodyDto): TaskInput {
  const { name, description, enabled, deleteAfterRunning, action, settings } = body;
  const target = targetOf(body.target);
  return { kind: 'task', id, name, description, enabled, deleteAfterRunning, action, target, settings };
}

function targetOf({ object, tag }: TargetDto): Target {
  if (object !== undefined && tag === undefined) return { object };
  if (tag !== undefined && object === undefined) return { tag };
  throw new SignalboxError('RESOURCE_INVALID', 'target: must have either "object" or "tag"', {
    field: 'target',
  });
}

/** What a PUT would have to carry to leave it as it is. */
function writable(task: TaskRecord, settings: JsonObject): TaskBodyDto {
  const { name, description, enabled, deleteAfterRunning, action, target } = task;
  const body = { name, enabled, deleteAfterRunning, action, target, settings };
  return { ...body, ...(description !== undefined && { description }) };
}
