import { stringify } from 'yaml';

/** A run that an event has to cause. */
export interface Expected {
  readonly task: string;
  readonly target: string;
}

/** Every event tells these. */
const always: readonly Expected[] = [
  { task: 'tell-all', target: 'webhook/healthy' },
  { task: 'tell-all', target: 'webhook/flaky' },
];

const further: Readonly<Record<string, Expected>> = {
  slow: { task: 'tell-slow', target: 'webhook/slow' },
  careful: { task: 'append', target: 'appender/file' },
  switched: { task: 'tell-switch', target: 'webhook/switch' },
};

/** The runs that an event about this VM has to cause, one each; of a task that fires once, see `onceTask`. */
export function expectedRuns(object: string): readonly Expected[] {
  const one = further[object];
  return one ? [...always, one] : always;
}

/** Retries without end in sight: in the end every delivery has to succeed. */
function hook(url: string, options: object = {}): object {
  return {
    settings: {
      url,
      retries: 100,
      backoff: { first: 0.05, factor: 1.5, max: 0.5 },
      health: { holdAfter: 0 },
      ...options,
    },
  };
}

function telling(task: string, target: object): object {
  const message = { n: '${event.data.n}', event: '${event.id}', task };
  return { action: 'webhook.send', target, settings: { message } };
}

export interface ConfigurationOptions {
  readonly receiverUrl: string;
  /** The plugin with the action that must not be repeated. */
  readonly appender: string;
  readonly appendedFile: string;
  readonly limits: object;
}

export function configuration({ receiverUrl, appender, appendedFile, limits }: ConfigurationOptions): string {
  const tags = ['crash/all'];
  return stringify({
    plugins: ['vm', 'webhook', { use: appender }],
    egress: { allow: ['127.0.0.1/32'] },
    limits,
    objects: {
      'vm/plain': {},
      'vm/slow': { tags: ['crash/slow'] },
      'vm/careful': {},
      'webhook/healthy': { tags, ...hook(`${receiverUrl}/healthy`, { concurrency: 32 }) },
      'webhook/flaky': { tags, ...hook(`${receiverUrl}/flaky`, { concurrency: 32 }) },
      'webhook/slow': hook(`${receiverUrl}/slow`, { concurrency: 64, timeout: 10 }),
      'appender/file': { settings: { file: appendedFile } },
    },
    tasks: {
      'tell-all': telling('tell-all', { tag: 'crash/all' }),
      'tell-slow': telling('tell-slow', { object: 'slow' }),
      append: {
        action: 'appender.append',
        target: { object: 'file' },
        settings: { text: '${event.data.n}' },
      },
    },
    triggers: {
      any: { event: 'vm.power_on', task: 'tell-all' },
      slow: { event: 'vm.power_on', tag: 'crash/slow', task: 'tell-slow' },
      careful: { event: 'vm.power_on', object: 'careful', task: 'append' },
    },
  });
}

/** What is made through the API, since the file would switch it on again at each start. */
export function switchResources(receiverUrl: string): readonly (readonly [path: string, body: object])[] {
  return [
    ['/api/objects/webhook/switch', hook(`${receiverUrl}/switch`)],
    ['/api/tasks/tell-switch', telling('tell-switch', { object: 'switch' })],
    ['/api/triggers/switched', { event: 'vm.power_on', object: 'switched', task: 'tell-switch' }],
  ];
}

/** A task that fires once, for the events about the VM of its own name. */
export function onceResources(id: string): readonly (readonly [path: string, body: object])[] {
  return [
    [`/api/tasks/${id}`, { ...telling(id, { object: 'healthy' }), deleteAfterRunning: true }],
    [`/api/triggers/${id}`, { event: 'vm.power_on', object: id, task: id }],
  ];
}
