import type { z } from 'signalbox/sdk';
import { wholeUrlOf, type completedCall, type failedCall } from './call.ts';
import { routesOf } from './route-table.ts';
import type { Route } from './settings.ts';

type Call = z.output<typeof completedCall> | z.output<typeof failedCall>;

/** A call is an event of each route whose method and URL fit it. */
export function subjectsOf(
  call: Call,
  routes: readonly Route[],
): readonly { readonly object: string; readonly data: Call }[] {
  const { method } = call.request;
  return routesOf(routes, { method, url: wholeUrlOf(call.request) }).map((route) => ({
    object: route.key,
    data: seenBy(route, call),
  }));
}

function seenBy({ key, name, settings }: Route, call: Call): Call {
  const { label = name, tag } = settings;
  const tagged = tag !== undefined && { tag };
  return {
    ...call,
    request: { ...call.request, ...tagged },
    route: { id: key, label, ...tagged },
  };
}
