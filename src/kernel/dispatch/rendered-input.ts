import { Injectable } from '@nestjs/common';
import { splitName, type RunRecord } from '../../domain/records.ts';
import { schemaError } from '../../domain/schema-error.ts';
import { compileTemplate, type Template, type TemplateScope } from '../../domain/template.ts';
import { PermanentError, type JsonObject, type JsonValue, type z } from '../../sdk/index.ts';
import type { QueuedRun } from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { ViewOfObjects } from '../routing/view-of-objects.ts';
import { eventView } from '../routing/event-view.ts';
import { deepFreeze } from '../deep-freeze.ts';
import { fillIn } from './filled-fields.ts';
import { isLongerThan } from './json-length.ts';

/** A small template may insert a large value many times. */
const mostCharacters = 1024 * 1024;

/** Fills in the templates of a run's input and parses it by the action's schema. */
@Injectable()
export class RenderedInput {
  // Runs share the settings object of their task as long as both are in memory.
  readonly #templates = new WeakMap<JsonObject, Template>();
  readonly #constant = new WeakMap<JsonObject, unknown>();

  constructor(
    private readonly index: ResourceIndex,
    private readonly views: ViewOfObjects,
  ) {}

  /** Throws a PermanentError when the outcome does not fit the schema. */
  of(queued: QueuedRun, schema: z.ZodType): unknown {
    const { input } = queued.run;
    const template = this.#templateOf(input);
    if (template.placeholders.length > 0)
      return parsed(schema, this.#message(template, schema, queued), queued.run);
    let constant = this.#constant.get(input);
    if (constant === undefined) {
      constant = deepFreeze(parsed(schema, input, queued.run));
      this.#constant.set(input, constant);
    }
    return constant;
  }

  #templateOf(input: JsonObject): Template {
    let template = this.#templates.get(input);
    if (!template) this.#templates.set(input, (template = compileTemplate(input)));
    return template;
  }

  #message(template: Template, schema: z.ZodType, queued: QueuedRun): JsonValue {
    try {
      const message = fillIn(template, schema, () => this.#scope(queued));
      if (!isLongerThan(message, mostCharacters)) return message;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    // The same event would fill it in the same way again.
    throw new PermanentError(`task ${queued.run.taskId}: settings: filled in they are larger than 1 MiB`);
  }

  #scope({ run, event }: QueuedRun): TemplateScope {
    const { type } = splitName(event.type);
    const object = event.object === undefined ? undefined : this.index.object(type, event.object);
    const view = this.views.of(event, object);
    return {
      event: eventView(event, object),
      ...(view && { object: view }),
      run: { id: run.id },
      task: { id: run.taskId, name: run.taskName },
      // Fixed for the run: every attempt sends the same message under the same id.
      now: new Date(run.createdAt),
      random: randomOf(run.id),
      room: { characters: mostCharacters },
    };
  }
}

function parsed(schema: z.ZodType, value: unknown, run: RunRecord): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { message } = schemaError(result.error, {
    code: 'SETTINGS_INVALID',
    subject: `task ${run.taskId}`,
    prefix: 'settings',
  });
  throw new PermanentError(message);
}

/** A random integer from 0 to 2³²-1, the same for every attempt of a run: the random tail of its UUIDv7. */
function randomOf(runId: string): number {
  return Number.parseInt(runId.slice(-8), 16);
}
