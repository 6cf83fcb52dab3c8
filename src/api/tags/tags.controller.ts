import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import { ResourceService, type Retagged } from '../../kernel/resources/resource.service.ts';
import { RequireScope } from '../auth/scopes.ts';
import { notFound } from '../errors/not-found.ts';
import { pageOf, pageView, type PageView } from '../paging/page-view.ts';
import { ResourceEditor } from '../resources/resource-editor.ts';
import { answerWrite } from '../resources/write-reply.ts';
import { toDto } from '../validation/to-dto.ts';
import { TagBodyDto } from './tag-body.dto.ts';
import { TagQueryDto } from './tag-query.dto.ts';
import { TaggingBodyDto } from './tagging-body.dto.ts';
import { tagView, type TagView } from './tag-view.ts';

interface TagPath {
  readonly category: string;
  readonly name: string;
}

@Controller('api/tags')
export class TagsController {
  constructor(
    private readonly index: ResourceIndex,
    private readonly service: ResourceService,
    private readonly editor: ResourceEditor,
  ) {}

  @Get()
  @RequireScope('read')
  list(@Query() query: TagQueryDto): PageView<TagView> {
    const { category } = query;
    const tags = this.index
      .tags()
      .filter(({ name }) => category === undefined || name.startsWith(`${category}/`));
    return pageView(
      pageOf(tags, query, (tag) => tag.name),
      tagView,
    );
  }

  @Get(':category/:name')
  @RequireScope('read')
  get(@Param() path: TagPath): TagView {
    const tag = this.index.tag(nameOf(path));
    if (!tag) throw notFound('tag', nameOf(path));
    return tagView(tag);
  }

  @Put(':category/:name')
  @RequireScope('admin')
  async put(
    @Param() path: TagPath,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TagView> {
    const { description } = toDto(TagBodyDto, body ?? {}, 'RESOURCE_INVALID');
    const applied = await this.editor.put({ kind: 'tag', name: nameOf(path), description });
    answerWrite(reply, applied, ['tags', path.category, path.name]);
    return this.get(path);
  }

  /** Puts the tag on many objects and takes it from others, all or nothing. The tag comes into being with it. */
  @Post(':category/:name/objects')
  @HttpCode(200)
  @RequireScope('admin')
  async retag(@Param() path: TagPath, @Body() body: TaggingBodyDto): Promise<TagView & Retagged> {
    const { add = [], remove = [] } = body;
    const retagged = await this.service.retag(nameOf(path), { add, remove });
    return { ...this.get(path), ...retagged };
  }

  @Delete(':category/:name')
  @HttpCode(204)
  @RequireScope('admin')
  async remove(@Param() path: TagPath): Promise<void> {
    await this.service.remove({ kind: 'tag', id: nameOf(path) });
  }
}

function nameOf({ category, name }: TagPath): string {
  return `${category}/${name}`;
}
