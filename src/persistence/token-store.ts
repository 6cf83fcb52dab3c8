import type { TokenRecord, TokenStorePort } from '../kernel/ports.ts';
import type { Database } from './database.ts';
import { TokenEntity, toToken } from './entities/token.entity.ts';

export class TokenStore implements TokenStorePort {
  constructor(private readonly database: Database) {}

  all(): Promise<readonly TokenRecord[]> {
    return this.database.read(async (em) => (await em.findAll(TokenEntity)).map(toToken));
  }

  add(token: TokenRecord): Promise<void> {
    return this.database.write(async (em) => {
      await em.insert(TokenEntity, token);
    });
  }
}
