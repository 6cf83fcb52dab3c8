import { defineObjectType, definePlugin, z } from '../sdk/index.ts';

export const taskType = 'task';

/**
 * Tasks are objects like all others: running one by hand is the event `task.run` on it, and every task answers to
 * that event of itself.
 */
const task = defineObjectType({
  name: taskType,
  label: 'Task',
  description: 'An action on a target.',
  instances: 'required',
  // A run by hand asks for more rights than an event: POST /api/tasks/:id/run.
  ingest: false,
  events: { run: z.json().meta({ description: 'What the message templates find as `event.data`.' }) },
});

export const taskPlugin = definePlugin({ name: 'task', api: '^1.0.0', types: [task] });
