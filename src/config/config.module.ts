import { Module } from '@nestjs/common';
import { CONFIGURATION } from '../kernel/configuration.ts';
import { ConfigApplier } from './apply-config.ts';
import { RunningConfig } from './running-config.ts';

/** Applies files at the start, and whatever comes over the API later. */
@Module({
  providers: [ConfigApplier, RunningConfig, { provide: CONFIGURATION, useExisting: RunningConfig }],
  exports: [ConfigApplier, CONFIGURATION],
})
export class ConfigModule {}
