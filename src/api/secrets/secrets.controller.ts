import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { StoreSeal } from '../../kernel/secrets/store-seal.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { secretsView, type SecretsView } from './secrets-view.ts';

/** How secrets are kept; never the secrets, nor the key. */
@Controller('api')
export class SecretsController {
  constructor(private readonly seal: StoreSeal) {}

  @Get('secrets')
  @Documented({ summary: 'Tell how secrets are kept' })
  @RequireScope('admin')
  async status(): Promise<SecretsView> {
    return secretsView(await this.seal.status());
  }

  /** Answered when everything is sealed with the new key. */
  @Post('secrets::rotate')
  @Documented({ summary: 'Make a new key for secrets', errors: ['SECRET_KEY_FIXED'] })
  @HttpCode(200)
  @RequireScope('admin')
  async rotate(): Promise<SecretsView> {
    await this.seal.rotate();
    return this.status();
  }
}
