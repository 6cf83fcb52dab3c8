import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { AUDIT, type AuditPort } from '../../kernel/audit/audit-port.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { historyPage } from '../paging/history-query.dto.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import { AuditQueryDto, auditQuery } from './audit-query.dto.ts';
import { auditView, type AuditView } from './audit-view.ts';

/** Who did what. It tells of users, tokens and addresses: not for those who only read. */
@Controller('api/audit')
@RequireScope('admin')
export class AuditController {
  constructor(@Inject(AUDIT) private readonly audit: AuditPort) {}

  @Get()
  @Documented({ summary: 'List who has changed what' })
  async list(@Query() query: AuditQueryDto): Promise<PageView<AuditView>> {
    const page = await historyPage('audit', query, (request) =>
      this.audit.entries({ ...request, ...auditQuery(query) }),
    );
    return pageView(page, auditView);
  }

  @Get(':id')
  @Documented({ summary: 'Read an entry of the audit log' })
  async get(@Param('id') id: string): Promise<AuditView> {
    const entry = await this.audit.entry(id);
    if (!entry) throw notFound('entry of the audit log', id);
    return auditView(entry);
  }
}
