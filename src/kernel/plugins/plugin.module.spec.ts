import { Controller, Get, Global, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect, it } from '@jest/globals';
import { filter, firstValueFrom, from, merge, NEVER } from 'rxjs';
import { defineObjectType, definePlugin, z, type AnyPlugin } from 'signalbox/sdk';
import { PLUGIN_HOST, type PluginHost } from './plugin-host.ts';
import { systemClock } from '../../sdk/index.ts';
import { PluginRegistry, type PluginState } from './plugin-registry.ts';
import { PluginModule } from './plugin.module.ts';

const silence = (): void => undefined;
const host: PluginHost = {
  emit: async () => ({ id: '1', duplicate: false }),
  objects: () => [],
  discovered: () => Promise.resolve([]),
  object: () => undefined,
  clock: systemClock,
  changes: NEVER,
  notices: NEVER,
  http: { request: async () => Promise.reject(new Error('no network here')) },
  connect: async () => Promise.reject(new Error('no network here')),
  lookup: async () => Promise.reject(new Error('no network here')),
  dispatcher: () => {
    throw new Error('no network here');
  },
  serve: () => silence,
  logger: () => ({ debug: silence, info: silence, warn: silence, error: silence }),
};

@Global()
@Module({
  providers: [PluginRegistry, { provide: PLUGIN_HOST, useValue: host }],
  exports: [PluginRegistry, PLUGIN_HOST],
})
class FakeKernel {}

@Module({})
class Root {}

interface Booted extends AsyncDisposable {
  readonly app: NestFastifyApplication;
  readonly registry: PluginRegistry;
}

async function boot(...plugins: AnyPlugin[]): Promise<Booted> {
  const imports = plugins.map((plugin) => PluginModule.for({ plugin, settings: {}, use: plugin.name }));
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: Root, imports: [FakeKernel, ...imports] },
    new FastifyAdapter(),
    { logger: false, abortOnError: false },
  );
  await app.init();
  return { app, registry: app.get(PluginRegistry), [Symbol.asyncDispose]: () => app.close() };
}

function pluginWith(name: string, members: Partial<AnyPlugin> = {}): AnyPlugin {
  const type = defineObjectType({ name, label: name, events: { seen: z.object({}) } });
  return { ...definePlugin({ name, api: '^1.0.0', types: [type] }), ...members };
}

it('makes one module of each plugin, and its types known', async () => {
  await using booted = await boot(pluginWith('lamp'), pluginWith('fan'));
  expect(booted.registry.plugins().map(({ name }) => name)).toEqual(['lamp', 'fan']);
  expect(booted.registry.event('fan.seen')?.type).toBe(booted.registry.type('fan'));
});

it('does not wait for a slow plugin, and starts the others meanwhile', async () => {
  const slow = pluginWith('slow', { start: ({ signal }: { signal: AbortSignal }) => aborted(signal) });
  await using booted = await boot(slow, pluginWith('quick', { start: () => undefined }));
  await becomes(booted.registry, { name: 'quick', state: 'up' });
  expect(booted.registry.plugin('slow')?.state).toBe('starting');
});

it('boots with a plugin that fails, and marks it down', async () => {
  const broken = pluginWith('broken', { start: () => Promise.reject(new Error('no power')) });
  await using booted = await boot(broken, pluginWith('lamp'));
  await becomes(booted.registry, { name: 'broken', state: 'down' });
  expect(booted.registry.plugin('broken')).toMatchObject({ state: 'down', reason: 'no power' });
  expect(booted.registry.available('lamp')).toBe(true);
});

it('does not boot with two plugins of one name', async () => {
  await expect(boot(pluginWith('lamp'), pluginWith('lamp'))).rejects.toThrow('two plugins are called "lamp"');
});

it('stops the plugins with the application, all at one time', async () => {
  const ended: string[] = [];
  const bothAsked = Promise.withResolvers<void>();
  const teardown = (name: string) => () => async () => {
    if (ended.push(name) === 2) bothAsked.resolve();
    // Would wait for ever if the second were asked only after the first has stopped.
    await bothAsked.promise;
  };
  const { app, registry } = await boot(
    pluginWith('lamp', { start: teardown('lamp') }),
    pluginWith('fan', { start: teardown('fan') }),
  );
  await app.close();
  expect(ended.sort()).toEqual(['fan', 'lamp']);
  expect(registry.plugins()).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }]);
});

it('adds the controllers and providers that a plugin brings', async () => {
  @Injectable()
  class Switch {
    readonly state = 'off';
  }
  @Controller('lamp-panel')
  class Panel {
    constructor(@Inject(Switch) private readonly lamp: Switch) {}

    @Get()
    show(): { state: string } {
      return { state: this.lamp.state };
    }
  }
  await using booted = await boot(
    pluginWith('lamp', { nest: { controllers: [Panel], providers: [Switch] } }),
    pluginWith('fan'),
  );
  const response = await booted.app.inject({ method: 'GET', url: '/lamp-panel' });
  expect(response.json()).toEqual({ state: 'off' });
});

/** Resolves once a plugin is in this state, now or later. */
async function becomes(
  registry: PluginRegistry,
  wanted: { name: string; state: PluginState },
): Promise<void> {
  const states = merge(from(registry.plugins()), registry.changes);
  await firstValueFrom(
    states.pipe(filter(({ name, state }) => name === wanted.name && state === wanted.state)),
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
