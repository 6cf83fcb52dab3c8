import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { TagRecord } from '../../domain/records.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import type { TagInput } from '../../kernel/resources/resource-input.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { listPage } from '../paging/list-page.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import type { ChangeView } from '../resources/change-view.ts';
import { Tagged } from '../resources/entity-tag.ts';
import { fitsManaged } from '../resources/managed-query.dto.ts';
import { Conditions, type Preconditions } from '../resources/preconditions.ts';
import { ResourceEditor } from '../resources/resource-editor.ts';
import { RemovalQueryDto, WriteQueryDto } from '../resources/write-query.dto.ts';
import { answerRemoval, answerWrite } from '../resources/write-reply.ts';
import type { Written } from '../resources/written.ts';
import { toDto } from '../validation/to-dto.ts';
import { TagBodyDto } from './tag-body.dto.ts';
import { tagList } from './tag-list.ts';
import { TagQueryDto } from './tag-query.dto.ts';
import { retaggingView, type RetaggingView } from './retagging-view.ts';
import { TaggingBodyDto } from './tagging-body.dto.ts';
import { tagView, type TagView } from './tag-view.ts';

interface TagPath {
  readonly category: string;
  readonly name: string;
}

@Controller('api/tags')
@Tagged()
export class TagsController {
  constructor(
    private readonly index: ResourceIndex,
    private readonly editor: ResourceEditor,
  ) {}

  @Get()
  @Documented({ summary: 'List the tags' })
  @RequireScope('read')
  async list(@Query() { category, ...query }: TagQueryDto): Promise<PageView<TagView>> {
    const fits = (tag: TagRecord): boolean =>
      (category === undefined || tag.name.startsWith(`${category}/`)) && fitsManaged(query, tag);
    return pageView(await listPage(tagList, { items: this.index.all.tags(), query, fits }), tagView);
  }

  @Get(':category/:name')
  @Documented({ summary: 'Read a tag' })
  @RequireScope('read')
  get(@Param() path: TagPath): TagView {
    return tagView(this.#find(path));
  }

  @Put(':category/:name')
  @Documented({ summary: 'Create or replace a tag', body: TagBodyDto, statuses: [200, 201] })
  @RequireScope('admin')
  async put(
    @Param() path: TagPath,
    @Body() body: unknown,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TagView | ChangeView<TagView>> {
    const input = inputOf(path, toDto(TagBodyDto, body ?? {}, 'RESOURCE_INVALID'));
    return answer(reply, await this.editor.put(input, { dryRun, conditions }), path);
  }

  @Patch(':category/:name')
  @Documented({ summary: 'Change fields of a tag', patches: TagBodyDto })
  @RequireScope('admin')
  async patch(
    @Param() path: TagPath,
    @Body() patch: unknown,
    @Query() { dryRun }: WriteQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TagView | ChangeView<TagView>> {
    const current = (): object => writable(this.#find(path));
    const input = (body: TagBodyDto): TagInput => inputOf(path, body);
    const written = await this.editor.patch(
      { current, patch, Body: TagBodyDto, input },
      { dryRun, conditions },
    );
    return answer(reply, written, path);
  }

  /** Puts the tag on many objects and takes it from others, all or nothing. The tag comes into being with it. */
  @Post(':category/:name/objects')
  @Documented({ summary: 'Put a tag on objects and take it from others', errors: ['REFERENCE_MISSING'] })
  @HttpCode(200)
  @RequireScope('admin')
  async retag(
    @Param() path: TagPath,
    @Body() body: TaggingBodyDto,
    @Query() { dryRun }: WriteQueryDto,
  ): Promise<RetaggingView | ChangeView<TagView>> {
    const { add = [], remove = [] } = body;
    return retaggingView(await this.editor.retag(nameOf(path), { add, remove }, { dryRun }));
  }

  @Delete(':category/:name')
  @Documented({ summary: 'Delete a tag', errors: ['IN_USE'] })
  @HttpCode(204)
  @RequireScope('admin')
  async remove(
    @Param() path: TagPath,
    @Query() { dryRun, force }: RemovalQueryDto,
    @Conditions() conditions: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeView<TagView> | undefined> {
    const written = await this.editor.remove(
      { kind: 'tag', id: nameOf(path) },
      { dryRun, force, conditions },
    );
    return answerRemoval(reply, written, { view: tagView, told: force });
  }

  #find(path: TagPath): TagRecord {
    const tag = this.index.tag(nameOf(path));
    if (!tag) throw notFound('tag', nameOf(path));
    return tag;
  }
}

function answer(
  reply: FastifyReply,
  written: Written<TagRecord>,
  { category, name }: TagPath,
): TagView | ChangeView<TagView> {
  return answerWrite(reply, written, { path: ['tags', category, name], view: tagView });
}

function inputOf(path: TagPath, { description }: TagBodyDto): TagInput {
  return { kind: 'tag', name: nameOf(path), description };
}

/** What a PUT would have to carry to leave it as it is. */
function writable({ description }: TagRecord): TagBodyDto {
  return { ...(description !== undefined && { description }) };
}

function nameOf({ category, name }: TagPath): string {
  return `${category}/${name}`;
}
