import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import type { TriggerRecord } from '../../domain/records.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type { TriggerInput } from '../../kernel/resources/resource-input.ts';
import { notFound } from '../errors/not-found.ts';
import { listPage } from '../paging/list-page.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import type { Stamped } from '../resources/entity-tag.ts';
import type { Preconditions } from '../resources/preconditions.ts';
import { ResourceEditor, type WriteRequest } from '../resources/resource-editor.ts';
import { answerRemoval, answerWrite } from '../resources/write-reply.ts';
import type { Written } from '../resources/written.ts';
import { toDto } from '../validation/to-dto.ts';
import type { TriggerBaseDto } from './trigger-body.dto.ts';
import { typeOf, type TriggerForm } from './trigger-form.ts';
import { triggerList } from './trigger-list.ts';
import { fitsTrigger, type TriggerQueryDto } from './trigger-query.dto.ts';

/** Triggers as the paths that some of them have of their own list, show and change them. */
@Injectable()
export class Triggers {
  constructor(
    private readonly index: ResourceIndex,
    private readonly editor: ResourceEditor,
    private readonly registry: PluginRegistry,
  ) {}

  async list(form: TriggerForm, query: TriggerQueryDto): Promise<PageView<object>> {
    const fits = (trigger: TriggerRecord): boolean => form.has(trigger) && fitsTrigger(query, trigger);
    const page = await listPage(triggerList, { items: this.index.all.triggers(), query, fits });
    return pageView(page, (trigger) => this.view(form, trigger));
  }

  /** Throws NOT_FOUND. */
  find(form: TriggerForm, id: string): TriggerRecord {
    const trigger = this.index.trigger(id);
    if (!trigger || !form.has(trigger)) throw notFound('trigger', id);
    return trigger;
  }

  view(form: TriggerForm, trigger: TriggerRecord): object {
    const known = this.registry.event(trigger.event) !== undefined;
    return form.view(trigger, known && this.registry.available(typeOf(trigger)));
  }

  create(form: TriggerForm, body: unknown, request: WriteRequest): Promise<Written<TriggerRecord>> {
    const { id, ...rest } = toDto(form.NewBody, present(body), 'RESOURCE_INVALID');
    return this.editor.create(form.inputOf(id, rest), request);
  }

  put(
    form: TriggerForm,
    { id, body }: { readonly id: string; readonly body: unknown },
    { dryRun, conditions }: WriteRequest,
  ): Promise<Written<TriggerRecord>> {
    const input = form.inputOf(id, toDto(form.Body, present(body), 'RESOURCE_INVALID'));
    return this.editor.put(input, { dryRun, conditions: within(form, conditions) });
  }

  patch(
    form: TriggerForm,
    { id, patch }: { readonly id: string; readonly patch: unknown },
    request: WriteRequest,
  ): Promise<Written<TriggerRecord>> {
    const current = (): object => form.writable(this.find(form, id));
    const input = (body: TriggerBaseDto): TriggerInput => form.inputOf(id, body);
    return this.editor.patch({ current, patch, Body: form.Body, input }, request);
  }

  remove(form: TriggerForm, id: string, request: WriteRequest): Promise<Written<TriggerRecord>> {
    this.find(form, id);
    return this.editor.remove({ kind: 'trigger', id }, request);
  }

  answer(form: TriggerForm, reply: FastifyReply, written: Written<TriggerRecord>): object {
    const path = [form.path, written.record.id];
    return answerWrite(reply, written, { path, view: (trigger) => this.view(form, trigger) });
  }

  answerRemoval(
    form: TriggerForm,
    reply: FastifyReply,
    written: Written<TriggerRecord>,
  ): ChangeView<object> | undefined {
    return answerRemoval(reply, written, { view: (trigger) => this.view(form, trigger) });
  }
}

/** A trigger of another path is not replaced. */
function within(form: TriggerForm, conditions: Preconditions | undefined): Preconditions {
  return {
    check(stored: (Stamped & Partial<TriggerRecord>) | undefined) {
      if (stored && !form.has(stored as TriggerRecord))
        throw new SignalboxError(
          'CONFLICT',
          `there is a trigger of this id that is not at /api/${form.path}`,
        );
      conditions?.check(stored);
    },
  };
}

function present(body: unknown): unknown {
  if (body !== undefined) return body;
  throw new SignalboxError('BODY_INVALID', 'a JSON body is needed, with content-type: application/json');
}
