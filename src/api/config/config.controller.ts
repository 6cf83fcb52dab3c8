import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import {
  CONFIGURATION,
  type ConfigExport,
  type ConfigReport,
  type ConfigurationPort,
} from '../../kernel/configuration.ts';
import { RequireScope } from '../auth/scopes.ts';
import { configErrors, Documented } from '../openapi/route-docs.ts';
import { LargeBody } from '../http/large-body.ts';
import { ExportQueryDto } from './export-query.dto.ts';

@Controller('api/config')
export class ConfigController {
  constructor(@Inject(CONFIGURATION) private readonly configuration: ConfigurationPort) {}

  @Get()
  @Documented({ summary: 'Export the configuration' })
  @RequireScope('read')
  export(@Query() { all }: ExportQueryDto): Promise<ConfigExport> {
    return this.configuration.export({ all: all === 'true' });
  }

  /** It tells whether a secret is the one that is stored: not for those who only read. */
  @Post('plan')
  @Documented({
    summary: 'Compare the configuration with a document',
    bodySchema: 'ConfigDocument',
    errors: configErrors,
  })
  @HttpCode(200)
  @LargeBody()
  @RequireScope('admin')
  plan(@Body() document: unknown): Promise<ConfigReport> {
    return this.configuration.plan(document);
  }

  @Post('apply')
  @Documented({ summary: 'Apply a document', bodySchema: 'ConfigDocument', errors: configErrors })
  @HttpCode(200)
  @LargeBody()
  @RequireScope('admin')
  apply(@Body() document: unknown): Promise<ConfigReport> {
    return this.configuration.apply(document);
  }
}
