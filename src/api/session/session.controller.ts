import { Body, Controller, Delete, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import { Caller, type Principal } from '../auth/principal.ts';
import { AnyScope, Public } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { clearSessionCookie, setSessionCookie } from '../auth/session-cookie.ts';
import { sessionTimes } from '../auth/session-times.ts';
import { LogInBodyDto } from './log-in-body.dto.ts';
import { PasswordBodyDto } from './password-body.dto.ts';
import { Sessions, type Begun } from './sessions.ts';
import { sessionView, type SessionView } from './session-view.ts';

@Controller('api/session')
export class SessionController {
  constructor(private readonly sessions: Sessions) {}

  /** Logs in. The secret goes into a cookie, or where that is asked for, into the answer: `token`. */
  @Post()
  @Documented({ summary: 'Log in', errors: ['LOGIN_FAILED', 'RATE_LIMITED', 'OVERLOADED'] })
  @Public()
  async logIn(
    @Body() { user, password, as }: LogInBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView & { readonly token?: string }> {
    const begun = await this.sessions.begin({ user, password, address: request.ip }, as);
    const view = sessionView(principalBy(begun));
    if (as === 'bearer') return { ...view, token: begun.secret };
    giveCookie(request, reply, begun);
    return view;
  }

  /** Who am I? */
  @Get()
  @Documented({ summary: 'Tell who is calling' })
  @AnyScope()
  get(@Caller() caller: Principal): SessionView {
    return sessionView(caller);
  }

  /** Logs out. */
  @Delete()
  @Documented({ summary: 'Log out', errors: ['NOT_FOUND'] })
  @HttpCode(204)
  @AnyScope()
  async logOut(@Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.end(sessionOf(caller));
    clearSessionCookie(reply);
  }

  /** One's own password; the other sessions of the user end. */
  @Put('password')
  @Documented({
    summary: "Change one's own password",
    errors: ['LOGIN_FAILED', 'NOT_FOUND', 'RATE_LIMITED', 'OVERLOADED'],
  })
  @HttpCode(204)
  @AnyScope()
  async changePassword(
    @Body() { current, password }: PasswordBodyDto,
    @Caller() caller: Principal,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    const session = sessionOf(caller);
    await this.sessions.changePassword(
      { user: session.user, password: current, address: ip },
      password,
      session,
    );
  }
}

export function giveCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { secret, session }: Pick<Begun, 'secret' | 'session'>,
): void {
  setSessionCookie(request, reply, { secret, maxAgeMs: sessionTimes[session.kind].longestMs });
}

function principalBy({ user: { name, scopes }, session }: Begun): Principal {
  return { kind: 'user', name, scopes, expiresAt: session.expiresAt, session };
}

function sessionOf({ session, name }: Principal): NonNullable<Principal['session']> {
  if (session) return session;
  throw new SignalboxError('NOT_FOUND', `the API token "${name}" has no session; a token is revoked`);
}
