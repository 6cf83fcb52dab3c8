import type { List } from '../paging/list-page.ts';

/** What a task would act on, `vm/gpu-01` each. */
export const targetList: List<string> = {
  name: 'targets',
  id: (target) => target,
  sorts: {},
  texts: (target) => [target],
};
