import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { RunControl, type BulkResult } from '../../kernel/dispatch/run-control.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { RunFilterDto, runsInBulk } from './run-query.dto.ts';

/** What can be done to many runs at once. */
@Controller('api')
export class BulkRunsController {
  constructor(private readonly control: RunControl) {}

  @Post('runs::retry')
  @Documented({ summary: 'Try many runs again' })
  @HttpCode(200)
  @RequireScope('operate')
  retry(@Body() body: RunFilterDto): Promise<BulkResult> {
    return this.control.retryAll(runsInBulk(body, ['failed', 'held']));
  }

  @Post('runs::cancel')
  @Documented({ summary: 'Cancel many runs' })
  @HttpCode(200)
  @RequireScope('operate')
  cancel(@Body() body: RunFilterDto): Promise<BulkResult> {
    return this.control.cancelAll(runsInBulk(body, ['pending', 'held']));
  }
}
