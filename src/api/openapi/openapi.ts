import { Injectable, type INestApplication } from '@nestjs/common';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import type { DescribedApi } from './described-api.ts';
import { VERSION } from '../../sdk/version.ts';

/** The description of this very server: with the routes that it has and the types of its plugins. */
@Injectable()
export class OpenApi {
  #app: INestApplication | undefined;
  #json: Promise<string> | undefined;

  constructor(private readonly registry: PluginRegistry) {}

  /** Says which application is to be described. */
  describe(app: INestApplication): void {
    this.#app = app;
  }

  /** The document as JSON. Made when it is first asked for: it and what makes it take time and memory. */
  json(): Promise<string> {
    return (this.#json ??= this.#build().catch((error: unknown) => {
      this.#json = undefined;
      throw error;
    }));
  }

  async #build(): Promise<string> {
    if (!this.#app) throw new Error('the application that is to be described has not been named');
    const { buildDocument, described } = await documentMaker();
    const types = this.registry.types().map(({ type }) => type);
    return JSON.stringify(buildDocument({ app: this.#app, types, described, version: VERSION }));
  }
}

/** Loaded when it is needed. Outside of the class, since TypeScript 6 does not rewrite the names of files in decorated ones. */
async function documentMaker() {
  const { buildDocument } = await import('./build-document.ts');
  const { default: described } = await import('./described-api.json', { with: { type: 'json' } });
  return { buildDocument, described: described as unknown as DescribedApi };
}
