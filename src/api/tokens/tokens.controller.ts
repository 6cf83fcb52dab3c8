import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { TokenRecord } from '../../kernel/identity-store.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { Caller, type Principal } from '../auth/principal.ts';
import { RequireScope } from '../auth/scopes.ts';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { pageOf, pageView, type PageView } from '../paging/page-view.ts';
import { TokenBodyDto, TokenPatchDto } from './token-body.dto.ts';
import { Tokens } from './tokens.ts';
import { tokenView, type TokenView } from './token-view.ts';

@Controller('api/tokens')
@RequireScope('admin')
export class TokensController {
  constructor(
    private readonly tokens: Tokens,
    private readonly directory: IdentityDirectory,
  ) {}

  @Get()
  list(@Query() query: PageQueryDto): PageView<TokenView> {
    return pageView(
      pageOf(this.directory.tokens(), query, ({ id }) => id),
      this.#view,
    );
  }

  /** The token itself is in this answer only. */
  @Post()
  async create(
    @Body() body: TokenBodyDto,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenView & { readonly token: string }> {
    const { record, secret } = await this.tokens.create(body, caller);
    reply.header('location', `/api/tokens/${record.id}`);
    return { ...this.#view(record), token: secret };
  }

  @Get(':id')
  get(@Param('id') id: string): TokenView {
    return this.#view(this.tokens.get(id));
  }

  @Patch(':id')
  async update(@Param('id') id: string, @Body() body: TokenPatchDto): Promise<TokenView> {
    return this.#view(await this.tokens.update(id, body));
  }

  /** Revokes it, at once. */
  @Delete(':id')
  @HttpCode(204)
  async revoke(@Param('id') id: string): Promise<void> {
    await this.tokens.revoke(id);
  }

  readonly #view = (token: TokenRecord): TokenView => tokenView(token, this.directory.lastUsedAt(token.id));
}
