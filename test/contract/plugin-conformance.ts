import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, it } from '@jest/globals';
import { z, type AnyPlugin } from 'signalbox/sdk';
import { startPlugin, type StartedPlugin } from 'signalbox/sdk/testing';
import { PluginRegistry } from '../../src/kernel/plugins/plugin-registry.ts';

/*
 * What every plugin has to do, whatever it is for. Each rule throws, saying what is wrong, when a plugin breaks it.
 */

export interface Subject {
  readonly folder: string;
  readonly plugin: AnyPlugin;
}

interface Rule {
  readonly name: string;
  check(subject: Subject): void | Promise<void>;
}

/** How long a plugin is watched once it runs. */
const watchedMs = 200;

export const rules = {
  readme: {
    name: 'has a README.md',
    check({ folder }) {
      if (!existsSync(join(folder, 'README.md'))) throw new Error('README.md is missing');
    },
  },
  name: {
    name: 'bears the name of its folder',
    check({ folder, plugin }) {
      if (plugin.name !== basename(folder)) throw new Error(`it is called ${plugin.name}`);
    },
  },
  contract: {
    name: 'keeps the rules for names and labels, and is written for this plugin contract',
    check({ plugin }) {
      new PluginRegistry().register(plugin);
    },
  },
  schemas: {
    name: 'has settings, events and inputs that JSON Schema can describe',
    check({ plugin }) {
      for (const [place, schema] of schemasOf(plugin)) {
        try {
          z.toJSONSchema(schema, { io: 'input' });
        } catch (cause) {
          throw new Error(`${place}: ${String(cause)}`, { cause });
        }
      }
    },
  },
  start: {
    name: 'starts with its default settings, where it has them, and stops within the time for it',
    async check({ plugin }) {
      const started = await startWithDefaults(plugin);
      await started?.stop();
    },
  },
  events: {
    name: 'emits only what it declares, and does not fail while it is watched',
    async check({ plugin }) {
      await using started = await startWithDefaults(plugin);
      if (!started) return;
      await Promise.race([sleep(watchedMs), started.ended]);
      const [refused] = started.refused;
      if (refused) throw refused.error;
    },
  },
  nothingLeft: {
    name: 'leaves nothing running behind it, also when it is stopped while it starts',
    async check({ plugin }) {
      const before = activeResources();
      for (const ms of [0, watchedMs]) {
        await using started = await startWithDefaults(plugin);
        if (started) await sleep(ms);
      }
      await expectNoMoreThan(before);
    },
  },
} as const satisfies Record<string, Rule>;

/** Declares the whole suite for the plugin in a folder. */
export function describePlugin(folder: string): void {
  describe(`plugin ${basename(folder)}`, () => {
    it.each(Object.values<Rule>(rules))('$name', async (rule) => {
      await rule.check({ folder, plugin: await importPlugin(folder) });
    });
  });
}

export async function importPlugin(folder: string): Promise<AnyPlugin> {
  const module = (await import(pathToFileURL(join(folder, 'index.ts')).href)) as { default: AnyPlugin };
  return module.default;
}

/** Undefined: it has settings that somebody has to choose. */
async function startWithDefaults(
  plugin: AnyPlugin,
): Promise<StartedPlugin<z.ZodType, AnyPlugin['types'][number]> | undefined> {
  const hasDefaults = plugin.settings?.safeParse({}).success ?? true;
  return hasDefaults ? startPlugin(plugin) : undefined;
}

function* schemasOf({ settings, types }: AnyPlugin): Generator<readonly [place: string, schema: z.ZodType]> {
  if (settings) yield ['settings', settings];
  for (const type of types) {
    if (type.settings) yield [`settings of ${type.name}`, type.settings];
    for (const [name, schema] of Object.entries(type.events ?? {})) yield [`${type.name}.${name}`, schema];
    for (const [name, { input }] of Object.entries(type.actions ?? {})) yield [`${type.name}.${name}`, input];
  }
}

/** What keeps the process alive, and how often. */
function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Sockets and servers need a moment to go. */
async function expectNoMoreThan(before: Map<string, number>): Promise<void> {
  let left: string[] = [];
  for (let i = 0; i < 100; i++) {
    left = [...activeResources()]
      .filter(([kind, count]) => count > (before.get(kind) ?? 0))
      .map(([kind]) => kind);
    if (left.length === 0) return;
    await sleep(10);
  }
  throw new Error(`left running: ${left.join(', ')}`);
}
