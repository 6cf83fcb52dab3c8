import { Module, type DynamicModule } from '@nestjs/common';
import { Retention, RETENTION_LIMITS, type RetentionLimits } from './retention.ts';

/** Needs ScheduleModule. */
@Module({})
export class RetentionModule {
  static forRoot(limits: RetentionLimits): DynamicModule {
    return {
      module: RetentionModule,
      providers: [Retention, { provide: RETENTION_LIMITS, useValue: limits }],
    };
  }
}
