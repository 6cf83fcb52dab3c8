import { expect, it } from '@jest/globals';
import { startSignalbox } from '../support/signalbox.ts';

it('refuses events that only Signalbox itself may emit, so that sending events in is no right to run tasks', async () => {
  await using box = await startSignalbox({
    config: {
      objects: { 'webhook/any': { settings: { url: 'http://127.0.0.1:9/' } } },
      tasks: { tell: { action: 'webhook.send', target: { object: 'any' } } },
    },
  });
  const { status, body } = await box.api.request('POST', '/api/events', { type: 'task.run', object: 'tell' });
  expect(status).toBe(403);
  expect(body).toMatchObject({ code: 'FORBIDDEN', field: 'type' });
  expect(await box.api.runs()).toEqual([]);
});
