import { Controller, Get, Inject } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { SignalboxError } from '../../domain/errors.ts';
import { PluginRegistry, type PluginStatus } from '../../kernel/plugins/plugin-registry.ts';
import { STORE_HEALTH, type StoreHealthPort } from '../../kernel/ports.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { StorageIndicator } from './storage-indicator.ts';

/** How Signalbox and each of its plugins are, for those who may read. */
@Controller('api/health')
export class HealthReportController {
  readonly #storage: StorageIndicator;

  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly registry: PluginRegistry,
    @Inject(STORE_HEALTH) store: StoreHealthPort,
  ) {
    this.#storage = new StorageIndicator(indicators, store);
  }

  /** A plugin that is down degrades Signalbox: the others work on. */
  @Get()
  @Documented({ summary: 'Tell how the storage and each plugin are' })
  @RequireScope('read')
  async report(): Promise<HealthCheckResult> {
    const plugins = this.registry.plugins().map((status) => () => this.#plugin(status));
    try {
      return await this.checks.check([() => this.#storage.check(), ...plugins]);
    } catch (cause) {
      throw new SignalboxError('STORAGE_UNAVAILABLE', 'the storage does not answer', { cause });
    }
  }

  async #plugin({ name, state, reason }: PluginStatus): Promise<HealthIndicatorResult> {
    const own = await this.registry.health(name);
    const indicator = this.indicators.check(`plugin:${name}`);
    const why = reason ?? own?.reason;
    const details = { state, ...(why !== undefined && { reason: why }) };
    return state === 'down' || own?.up === false ? indicator.degraded(details) : indicator.up(details);
  }
}
