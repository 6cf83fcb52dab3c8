import { Controller, Delete, Get, HttpCode, Inject, Param, Query } from '@nestjs/common';
import type { AuditRecord } from '../../domain/audit.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { AUDIT, type AuditPort } from '../../kernel/audit/audit-port.ts';
import { RunControl } from '../../kernel/dispatch/run-control.ts';
import { HISTORY, type HistoryPort, type Page, type PageRequest } from '../../kernel/ports.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { historyPage } from '../paging/history-query.dto.ts';
import type { PageView } from '../paging/page-view.ts';
import { mergedPage } from './merged-page.ts';
import { changesOf, runsOf, TaskLogQueryDto } from './task-log-query.dto.ts';
import { taskChangeView, taskRunView, type TaskLogView } from './task-log-view.ts';

/** What became of tasks: their runs, and who created, changed or deleted them, in one list. */
@Controller('api/task-logs')
export class TaskLogsController {
  constructor(
    private readonly control: RunControl,
    @Inject(HISTORY) private readonly history: HistoryPort,
    @Inject(AUDIT) private readonly audit: AuditPort,
  ) {}

  @Get()
  @Documented({ summary: 'List runs, and changes of tasks, in one log' })
  @RequireScope('read')
  async list(@Query() query: TaskLogQueryDto): Promise<PageView<TaskLogView>> {
    return historyPage('task-logs', query, async (request) =>
      mergedPage(await Promise.all([this.#runs(query, request), this.#changes(query, request)]), query.limit),
    );
  }

  @Get(':id')
  @Documented({ summary: 'Read an entry of the task log' })
  @RequireScope('read')
  async get(@Param('id') id: string): Promise<TaskLogView> {
    const run = await this.history.run(id);
    if (run) return taskRunView(run, (await this.history.contexts([run]))[0]);
    const change = await this.#change(id);
    if (!change) throw notFound('entry of the task log', id);
    return taskChangeView(change);
  }

  /** Deletes a run that has ended, with its attempts. What tells of a change stays. */
  @Delete(':id')
  @Documented({ summary: 'Delete a run that has ended', errors: ['RUN_NOT_ENDED', 'AUDIT_KEPT'] })
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    if (await this.#change(id))
      throw new SignalboxError(
        'AUDIT_KEPT',
        `${id} tells of a change of a task: it is part of the audit log`,
      );
    await this.control.remove(id);
  }

  async #runs(query: TaskLogQueryDto, request: PageRequest): Promise<Page<TaskLogView>> {
    const asked = runsOf(query, request);
    if (!asked) return { items: [] };
    const page = await this.history.runs(asked);
    const contexts = await this.history.contexts(page.items);
    return { ...page, items: page.items.map((run, i) => taskRunView(run, contexts[i])) };
  }

  async #changes(query: TaskLogQueryDto, request: PageRequest): Promise<Page<TaskLogView>> {
    const asked = changesOf(query, request);
    if (!asked) return { items: [] };
    const page = await this.audit.entries(asked);
    return { ...page, items: page.items.map(taskChangeView) };
  }

  async #change(id: string): Promise<AuditRecord | undefined> {
    const entry = await this.audit.entry(id);
    const isChange = entry?.kind === 'task' && ['created', 'updated', 'removed'].includes(entry.action);
    return isChange ? entry : undefined;
  }
}
