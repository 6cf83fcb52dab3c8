import { expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

/** Two triggers wait for errors of machines; only one is to be fired. */
async function wired(url: string): Promise<TestSignalbox> {
  const app = await startSignalbox();
  await app.api.put('/api/objects/webhook/ops', { settings: { url } });
  for (const id of ['tell', 'other']) {
    await app.api.put(`/api/tasks/${id}`, {
      action: 'webhook.send',
      target: { object: 'ops' },
      settings: { message: { name: '${NAME}', what: '${event.data.message}' } },
    });
  }
  const trigger = { event: 'vm.error', filter: { 'data.level': 'never' } };
  await app.api.put('/api/objects/vm/gpu-01', { name: 'GPU 01', tags: ['vms/gpu'] });
  await app.api.put('/api/triggers/tell', { ...trigger, tag: 'vms/gpu', task: 'tell' });
  await app.api.put('/api/triggers/other', { ...trigger, task: 'other' });
  return app;
}

it('VergeOS event trigger: fired by hand with a context, and no other one with it', async () => {
  await using receiver = await startReceiver();
  await using app = await wired(receiver.url);
  const fired = await app.api.request('POST', '/api/triggers/tell/fire', {
    object: 'gpu-01',
    data: { message: 'disk full' },
  });
  expect(fired).toMatchObject({ status: 202, body: { runs: 1 } });
  const [delivery] = await receiver.got(1);
  expect(JSON.parse(delivery!.body)).toEqual({ name: 'GPU 01', what: 'disk full' });
  expect((await app.api.get('/api/events')).body).toMatchObject({
    items: [{ type: 'vm.error', object: 'gpu-01', source: 'signalbox/hand' }],
  });
});

it('does nothing for an object that the trigger does not wait for, and is no news of the object', async () => {
  await using receiver = await startReceiver();
  await using app = await wired(receiver.url);
  const fire = (body: object) => app.api.request('POST', '/api/triggers/tell/fire', body);
  expect(await fire({ object: 'gpu-02' })).toMatchObject({ status: 202, body: { runs: 0 } });
  expect((await app.api.get('/api/objects/vm/gpu-02')).status).toBe(404);
});

it('is refused for a trigger that is unknown or switched off, and for data that does not fit', async () => {
  await using receiver = await startReceiver();
  await using app = await wired(receiver.url);
  const fire = (id: string, body: unknown) => app.api.request('POST', `/api/triggers/${id}/fire`, body);
  expect(await fire('nobody', {})).toMatchObject({ status: 404 });
  expect(await fire('tell', { object: 'gpu-01', data: { message: 5 } })).toMatchObject({
    status: 422,
    body: { code: 'EVENT_INVALID', field: 'data.message' },
  });
  expect(await fire('tell', { objekt: 'gpu-01' })).toMatchObject({ status: 422, body: { field: 'objekt' } });
  await app.api.request('PATCH', '/api/triggers/tell', { enabled: false });
  expect(await fire('tell', { object: 'gpu-01' })).toMatchObject({ status: 409 });
});
