import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { UserRecord } from '../../kernel/identity-store.ts';
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
import { UserBodyDto, UserPatchDto, UserReplacementDto } from './user-body.dto.ts';
import { userList } from './user-list.ts';
import { fitsUser, UserQueryDto } from './user-query.dto.ts';
import { Users } from './users.ts';
import { userView, type UserView } from './user-view.ts';

@Controller('api/users')
@Tagged()
@RequireScope('admin')
export class UsersController {
  constructor(
    private readonly users: Users,
    private readonly directory: IdentityDirectory,
  ) {}

  @Get()
  @Documented({ summary: 'List the users' })
  async list(@Query() query: UserQueryDto): Promise<PageView<UserView>> {
    const fits = (user: UserRecord): boolean => fitsUser(query, user);
    return pageView(await listPage(userList, { items: this.directory.users(), query, fits }), userView);
  }

  @Post()
  @Documented({ summary: 'Make a user', errors: ['CONFLICT', 'OVERLOADED'] })
  async create(
    @Body() body: UserBodyDto,
    @Query() { dryRun }: WriteQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView | ChangeView<UserView>> {
    return answer(reply, await this.users.create(body, { dryRun }));
  }

  @Get(':name')
  @Documented({ summary: 'Read a user' })
  get(@Param('name') name: string): UserView {
    return userView(this.users.get(name));
  }

  @Put(':name')
  @Documented({
    summary: 'Make or replace a user',
    statuses: [200, 201],
    errors: ['LAST_ADMIN', 'OVERLOADED'],
  })
  async put(
    @Param('name') name: string,
    @Body() body: UserReplacementDto,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Caller() by: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView | ChangeView<UserView>> {
    return answer(reply, await this.users.put(name, body, { dryRun, conditions, by }));
  }

  @Patch(':name')
  @Documented({ summary: 'Change a user', errors: ['LAST_ADMIN', 'OVERLOADED'] })
  async update(
    @Param('name') name: string,
    @Body() body: UserPatchDto,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Caller() by: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView | ChangeView<UserView>> {
    return answer(reply, await this.users.update(name, body, { dryRun, conditions, by }));
  }

  @Delete(':name')
  @Documented({ summary: 'Delete a user', errors: ['LAST_ADMIN'] })
  @HttpCode(204)
  async remove(
    @Param('name') name: string,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeView<UserView> | undefined> {
    const written = await this.users.remove(name, { dryRun, conditions });
    return answerRemoval(reply, written, { view: userView });
  }
}

function answer(reply: FastifyReply, written: Written<UserRecord>): UserView | ChangeView<UserView> {
  return answerWrite(reply, written, { path: ['users', written.record.name], view: userView });
}
