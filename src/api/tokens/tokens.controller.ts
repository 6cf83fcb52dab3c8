import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { TokenRecord } from '../../kernel/identity-store.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { Caller, type Principal } from '../auth/principal.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { listPage } from '../paging/list-page.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import { Tagged } from '../resources/entity-tag.ts';
import { Conditions, type Preconditions } from '../resources/preconditions.ts';
import { WriteQueryDto } from '../resources/write-query.dto.ts';
import { answerRemoval, answerWrite } from '../resources/write-reply.ts';
import type { Written } from '../resources/written.ts';
import { TokenBodyDto, TokenPatchDto } from './token-body.dto.ts';
import { tokenList } from './token-list.ts';
import { fitsToken, TokenQueryDto } from './token-query.dto.ts';
import { Tokens } from './tokens.ts';
import { tokenView, type TokenView } from './token-view.ts';

/** With the token itself. */
export interface NewTokenView extends TokenView {
  readonly token: string;
}

@Controller('api/tokens')
@Tagged()
@RequireScope('admin')
export class TokensController {
  constructor(
    private readonly tokens: Tokens,
    private readonly directory: IdentityDirectory,
  ) {}

  @Get()
  @Documented({ summary: 'List the API tokens' })
  async list(@Query() query: TokenQueryDto): Promise<PageView<TokenView>> {
    const now = Date.now();
    const fits = (token: TokenRecord): boolean => fitsToken(query, token, now);
    return pageView(await listPage(tokenList, { items: this.directory.tokens(), query, fits }), this.#view);
  }

  /** The token itself is in this answer only. */
  @Post()
  @Documented({ summary: 'Make an API token', errors: ['CONFLICT'] })
  async create(
    @Body() body: TokenBodyDto,
    @Query() { dryRun }: WriteQueryDto,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewTokenView | TokenView | ChangeView<TokenView>> {
    const { written, secret } = await this.tokens.create(body, caller, { dryRun });
    const answer = this.#answer(reply, written);
    return written.dryRun ? answer : { ...this.#view(written.record), token: secret };
  }

  @Get(':id')
  @Documented({ summary: 'Read an API token' })
  get(@Param('id') id: string): TokenView {
    return this.#view(this.tokens.get(id));
  }

  /** Never the token itself. */
  @Put(':id')
  @Documented({ summary: 'Replace an API token', errors: ['CONFLICT', 'LAST_ADMIN'] })
  async put(
    @Param('id') id: string,
    @Body() body: TokenBodyDto,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenView | ChangeView<TokenView>> {
    return this.#answer(reply, await this.tokens.replace(id, body, { dryRun, conditions }));
  }

  @Patch(':id')
  @Documented({ summary: 'Change an API token', errors: ['CONFLICT', 'LAST_ADMIN'] })
  async update(
    @Param('id') id: string,
    @Body() body: TokenPatchDto,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenView | ChangeView<TokenView>> {
    return this.#answer(reply, await this.tokens.update(id, body, { dryRun, conditions }));
  }

  /** Revokes it, at once. */
  @Delete(':id')
  @Documented({ summary: 'Revoke an API token', errors: ['LAST_ADMIN'] })
  @HttpCode(204)
  async revoke(
    @Param('id') id: string,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeView<TokenView> | undefined> {
    const written = await this.tokens.revoke(id, { dryRun, conditions });
    return answerRemoval(reply, written, { view: this.#view });
  }

  #answer(reply: FastifyReply, written: Written<TokenRecord>): TokenView | ChangeView<TokenView> {
    return answerWrite(reply, written, { path: ['tokens', written.record.id], view: this.#view });
  }

  readonly #view = (token: TokenRecord): TokenView => tokenView(token, this.directory.lastUsedAt(token.id));
}
