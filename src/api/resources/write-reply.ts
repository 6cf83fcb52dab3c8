import type { FastifyReply } from 'fastify';
import { alsoView, type ChangeView } from './change-view.ts';
import type { Written } from './written.ts';

interface Answer<Record, View> {
  /** `['objects', 'vm', 'gpu-01']` */
  readonly path: readonly string[];
  readonly view: (record: Record) => View;
}

/** 201 with `Location` for what is new, else 200; of a dry run 200 with what would change. */
export function answerWrite<Record, View>(
  reply: FastifyReply,
  written: Written<Record>,
  { path, view }: Answer<Record, View>,
): View | ChangeView<View> {
  reply.status(written.change === 'created' && !written.dryRun ? 201 : 200);
  if (written.dryRun) return changeView(written, view);
  if (written.change === 'created')
    reply.header('location', ['/api', ...path.map(encodeURIComponent)].join('/'));
  return view(written.record);
}

/** 204; of a dry run, or where others may have been switched off, 200 with what changes. */
export function answerRemoval<Record, View>(
  reply: FastifyReply,
  written: Written<Record>,
  { view, told = false }: { readonly view: (record: Record) => View; readonly told?: boolean | undefined },
): ChangeView<View> | undefined {
  if (!written.dryRun && !told) return undefined;
  reply.status(200);
  return changeView(written, view);
}

export function changeView<Record, View>(
  { dryRun, change, record, fields, also }: Written<Record>,
  view: (record: Record) => View,
): ChangeView<View> {
  return { dryRun, change, resource: view(record), fields, ...alsoView(also) };
}
