import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { Caller, type Principal } from '../auth/principal.ts';
import { RequireScope } from '../auth/scopes.ts';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { pageOf, pageView, type PageView } from '../paging/page-view.ts';
import { UserBodyDto, UserPatchDto } from './user-body.dto.ts';
import { Users } from './users.ts';
import { userView, type UserView } from './user-view.ts';

@Controller('api/users')
@RequireScope('admin')
export class UsersController {
  constructor(
    private readonly users: Users,
    private readonly directory: IdentityDirectory,
  ) {}

  @Get()
  list(@Query() query: PageQueryDto): PageView<UserView> {
    return pageView(
      pageOf(this.directory.users(), query, ({ name }) => name),
      userView,
    );
  }

  @Post()
  async create(
    @Body() body: UserBodyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const user = await this.users.create(body);
    reply.header('location', `/api/users/${encodeURIComponent(user.name)}`);
    return userView(user);
  }

  @Get(':name')
  get(@Param('name') name: string): UserView {
    return userView(this.users.get(name));
  }

  @Patch(':name')
  async update(
    @Param('name') name: string,
    @Body() body: UserPatchDto,
    @Caller() caller: Principal,
  ): Promise<UserView> {
    return userView(await this.users.update(name, body, caller));
  }

  @Delete(':name')
  @HttpCode(204)
  async remove(@Param('name') name: string): Promise<void> {
    await this.users.remove(name);
  }
}
