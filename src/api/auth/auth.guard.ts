import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Authenticator, authorize } from './authenticator.ts';
import { setPrincipal } from './principal.ts';
import { ACCESS, type Access } from './scopes.ts';
import { SetupState } from './setup-state.ts';

/** Stands before every route: what is not marked otherwise needs the scope `admin`. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly setup: SetupState,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const access =
      this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
        context.getHandler(),
        context.getClass(),
      ]) ?? 'admin';
    if (access === 'open') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (access === 'public') this.setup.check();
    else this.#admit(request, access);
    return true;
  }

  #admit(request: FastifyRequest, access: Exclude<Access, 'public' | 'open'>): void {
    const principal = this.setup.orSetUpFirst(() => this.authenticator.authenticate(request));
    setPrincipal(request, principal);
    authorize(principal, access);
  }
}
