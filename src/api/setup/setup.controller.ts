import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AlwaysOpen } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { giveCookie } from '../session/session.controller.ts';
import { tokenView, type TokenView } from '../tokens/token-view.ts';
import { userView, type UserView } from '../users/user-view.ts';
import { SetupBodyDto } from './setup-body.dto.ts';
import { Setup } from './setup.ts';

interface SetupView {
  readonly user: UserView;
  /** The token itself is in this answer only. */
  readonly token?: TokenView & { readonly token: string };
}

@Controller('api/setup')
export class SetupController {
  constructor(private readonly setup: Setup) {}

  /** Makes the first user, with the setup token in place of any other credential. */
  @Post()
  @Documented({ summary: 'Make the first user', errors: ['SETUP_REFUSED', 'CONFLICT'] })
  @AlwaysOpen()
  async claim(
    @Body() body: SetupBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SetupView> {
    const { user, begun, token } = await this.setup.claim(body);
    if (begun) giveCookie(request, reply, begun);
    return {
      user: userView(user),
      ...(token && { token: { ...tokenView(token.record, undefined), token: token.secret } }),
    };
  }
}
