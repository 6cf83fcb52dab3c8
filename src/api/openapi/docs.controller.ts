import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Public } from '../auth/scopes.ts';
import { notFound } from '../errors/not-found.ts';
import { docsPage, docsPolicy, docsScript } from './docs-page.ts';
import { Documented } from './route-docs.ts';

/** What the page consists of: media types by name. */
const assets: Readonly<Record<string, string>> = {
  'start.js': 'text/javascript',
  'swagger-ui-bundle.js': 'text/javascript',
  'swagger-ui.css': 'text/css',
};

/** The API for people in a browser. The page itself tells nothing: it asks who wants to read the description. */
@Controller('api/docs')
export class DocsController {
  @Get()
  @Documented({ summary: 'Show this API in a browser', produces: 'text/html' })
  @Public()
  page(@Res({ passthrough: true }) reply: FastifyReply): string {
    reply.header('content-type', 'text/html; charset=utf-8');
    reply.header('content-security-policy', docsPolicy);
    reply.header('referrer-policy', 'no-referrer');
    return docsPage;
  }

  @Get(':asset')
  @Documented({ summary: 'Read a part of that page', produces: 'text/javascript' })
  @Public()
  async asset(
    @Param('asset') asset: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const type = Object.hasOwn(assets, asset) ? assets[asset] : undefined;
    if (type === undefined) throw notFound('file', asset);
    reply.header('content-type', `${type}; charset=utf-8`);
    reply.header('cache-control', 'private, max-age=3600');
    return asset === 'start.js' ? docsScript : readFile(join(swaggerUi(), asset), 'utf8');
  }
}

function swaggerUi(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
