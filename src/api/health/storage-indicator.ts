import type { HealthIndicatorService } from '@nestjs/terminus';
import type { StoreHealthPort } from '../../kernel/ports.ts';

const pingTimeoutMs = 2_000;

/** Whether the storage answers in time. */
export class StorageIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly store: StoreHealthPort,
  ) {}

  check(): PromiseLike<Record<'storage', { status: 'up' | 'down' | 'degraded' }>> {
    return this.indicators
      .check('storage')
      .attempt(() => this.store.ping())
      .withTimeout(pingTimeoutMs);
  }
}
