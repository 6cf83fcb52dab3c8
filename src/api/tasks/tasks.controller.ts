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
import { splitName, splitRef, type Target, type TaskRecord } from '../../domain/records.ts';
import { ByHand } from '../../kernel/dispatch/by-hand.ts';
import { TargetPreview } from '../../kernel/dispatch/target-preview.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { HISTORY, type HistoryPort } from '../../kernel/ports.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type { ResourceInput } from '../../kernel/resources/resource-input.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import type { Published } from '../../kernel/stream/event-stream.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { RequireScope } from '../auth/scopes.ts';
import { notFound } from '../errors/not-found.ts';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { pageOf, pageView, type PageView } from '../paging/page-view.ts';
import { ResourceEditor } from '../resources/resource-editor.ts';
import { answerWrite } from '../resources/write-reply.ts';
import { toDto } from '../validation/to-dto.ts';
import { RunTaskBodyDto } from './run-task-body.dto.ts';
import { NewTaskDto, TaskBodyDto, type TargetDto } from './task-body.dto.ts';
import { TaskQueryDto } from './task-query.dto.ts';
import { taskTargetsView, type TaskTargetsView } from './task-targets-view.ts';
import { taskDetailView, taskView, type TaskDetailView, type TaskView } from './task-view.ts';

@Controller('api/tasks')
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
  @RequireScope('read')
  list(@Query() query: TaskQueryDto): PageView<TaskView> {
    const { action } = query;
    const tasks = this.index.tasks().filter((task) => action === undefined || task.action === action);
    return pageView(
      pageOf(tasks, query, (task) => task.id),
      (task) => this.#view(task),
    );
  }

  @Get(':id')
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
  @RequireScope('read')
  previewTargets(@Param('id') id: string, @Query() query: PageQueryDto): TaskTargetsView {
    const task = this.#find(id);
    const targets = this.targets.targetsOf(task);
    const page = pageView(
      pageOf(targets, query, (target) => splitRef(target).key),
      (target) => this.targets.preview(task, target),
    );
    return taskTargetsView(task, { total: targets.length, maxTargets: this.targets.limitOf(task) }, page);
  }

  @Post()
  @RequireScope('admin')
  async create(
    @Body() { id, ...body }: NewTaskDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskView> {
    const exists = (): boolean => id !== undefined && this.index.task(id) !== undefined;
    const applied = await this.editor.create(inputOf(id, body), exists);
    answerWrite(reply, applied, ['tasks', applied.id]);
    return this.#view(this.#find(applied.id));
  }

  @Put(':id')
  @RequireScope('admin')
  async put(
    @Param('id') id: string,
    @Body() body: TaskBodyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskView> {
    const applied = await this.editor.put(inputOf(id, body));
    answerWrite(reply, applied, ['tasks', id]);
    return this.#view(this.#find(id));
  }

  @Patch(':id')
  @RequireScope('admin')
  async patch(@Param('id') id: string, @Body() patch: unknown): Promise<TaskView> {
    await this.editor.patch({
      current: () => {
        const task = this.#find(id);
        return writable(task, this.service.maskedInput(task.action, task.settings));
      },
      patch,
      Body: TaskBodyDto,
      input: (body) => inputOf(id, body),
    });
    return this.#view(this.#find(id));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('admin')
  async remove(@Param('id') id: string): Promise<void> {
    await this.service.remove({ kind: 'task', id });
  }

  /** Fires the task by hand: an ordinary event, with its runs. */
  @Post(':id/run')
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

  #view(task: TaskRecord): TaskView {
    const known = this.registry.action(task.action) !== undefined;
    return taskView(task, {
      settings: this.service.maskedInput(task.action, task.settings),
      available: known && this.registry.available(splitName(task.action).type),
    });
  }
}

function inputOf(id: string | undefined, body: TaskBodyDto): ResourceInput {
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
