import { Controller, Get, Inject, type OnModuleDestroy } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { SignalboxError } from '../../domain/errors.ts';
import { STORE_HEALTH, type StoreHealthPort } from '../../kernel/ports.ts';
import { AlwaysOpen } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { StorageIndicator } from './storage-indicator.ts';

/** For load balancers and supervisors; they have no token. */
@Controller('health')
@AlwaysOpen()
export class HealthController implements OnModuleDestroy {
  readonly #storage: StorageIndicator;
  #stopping = false;

  constructor(
    private readonly checks: HealthCheckService,
    indicators: HealthIndicatorService,
    @Inject(STORE_HEALTH) store: StoreHealthPort,
  ) {
    this.#storage = new StorageIndicator(indicators, store);
  }

  /** The first step of a shutdown: those who ask shall send elsewhere before the last steps. */
  onModuleDestroy(): void {
    this.#stopping = true;
  }

  /** The process answers. If it does not, start it again. */
  @Get('live')
  @Documented({ summary: 'Tell whether the process answers' })
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** Events are taken. If not, send them elsewhere or wait. */
  @Get('ready')
  @Documented({ summary: 'Tell whether events are taken', errors: ['STORAGE_UNAVAILABLE'] })
  async ready(): Promise<HealthCheckResult> {
    if (this.#stopping) throw new SignalboxError('SHUTTING_DOWN', 'Signalbox is shutting down');
    try {
      return await this.checks.check([() => this.#storage.check()]);
    } catch (cause) {
      // What the storage said is for the log: this answer goes to anybody.
      throw new SignalboxError('STORAGE_UNAVAILABLE', 'the storage does not answer', { cause });
    }
  }
}
