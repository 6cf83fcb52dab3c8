import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Authenticator, authorize } from './authenticator.ts';
import { ACCESS, type Access } from './scopes.ts';

/** Stands before every route: what is not marked otherwise needs a token with the scope `admin`. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const access =
      this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
        context.getHandler(),
        context.getClass(),
      ]) ?? 'admin';
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    authorize(this.authenticator.authenticate(request.headers.authorization), access);
    return true;
  }
}
