import sift from 'sift';
import { isTypeName, typeTests } from './filter-operand.ts';
import { checkedQuery, type PathCheck } from './filter-query.ts';
import type { JsonObject } from './json.ts';

type Operations = NonNullable<NonNullable<Parameters<typeof sift.createQueryTester>[1]>['operations']>;
type Operation = Operations[string];

// Named one by one: sift's own set includes $where, which runs code.
const { $and, $or, $nor, $not, $eq, $ne, $gt, $gte, $lt, $lte } = sift;
const { $in, $nin, $all, $exists, $size, $elemMatch, $mod } = sift;

const $type: Operation = (name: unknown, owner, options) =>
  sift.createEqualsOperation(isTypeName(name) ? typeTests[name] : () => false, owner, options);

// The query carries a compiled test; sift's own $regex would build a backtracking RegExp.
const $regex: Operation = (test: unknown, owner, options) => sift.createEqualsOperation(test, owner, options);

const operations: Operations = {
  ...{ $and, $or, $nor, $not, $eq, $ne, $gt, $gte, $lt, $lte },
  ...{ $in, $nin, $all, $exists, $size, $elemMatch, $mod, $type, $regex },
};

/**
 * Prepares a filter: Mongo-style conditions on a document. `checkPath` may say, in words, why a path of dots cannot
 * lead anywhere in the documents that will come. Throws a FilterError that tells where the mistake stands, e.g.
 * `filter.data.level.$foo`.
 */
export function compileFilter(
  filter: JsonObject,
  checkPath: PathCheck = () => undefined,
): (document: JsonObject) => boolean {
  const test = sift.createQueryTester<JsonObject, unknown>(checkedQuery(filter, checkPath), { operations });
  return (document) => test(document);
}
