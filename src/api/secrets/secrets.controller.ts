import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { StoreSeal } from '../../kernel/secrets/store-seal.ts';
import { RequireScope } from '../auth/scopes.ts';
import { secretsView, type SecretsView } from './secrets-view.ts';

/** How secrets are kept; never the secrets, nor the key. */
@Controller('api')
export class SecretsController {
  constructor(private readonly seal: StoreSeal) {}

  @Get('secrets')
  @RequireScope('admin')
  async status(): Promise<SecretsView> {
    return secretsView(await this.seal.status());
  }

  /** Answered when everything is sealed with the new key. */
  @Post('secrets::rotate')
  @HttpCode(200)
  @RequireScope('admin')
  async rotate(): Promise<SecretsView> {
    await this.seal.rotate();
    return this.status();
  }
}
