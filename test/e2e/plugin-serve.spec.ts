import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';

const doorCamera = `${import.meta.dirname}/../fixtures/plugins/door-camera`;

describe('a plugin that answers requests itself', () => {
  let camera: Receiver;
  let app: TestSignalbox;

  beforeAll(async () => {
    camera = await startReceiver({ respond: () => ({ body: 'a picture' }) });
    app = await startSignalbox({
      config: { plugins: [{ use: doorCamera, settings: { camera: camera.url } }] },
    });
    await app.api.put('/api/objects/camera_door/front', {});
    await waitFor(
      async () => (await app.api.get('/api/plugins/door-camera')).body['state'] === 'up',
      () => 'the plugin',
    );
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await camera[Symbol.asyncDispose]();
  });

  it('gets them without a token, and its events are stored', async () => {
    expect((await fetch(`${app.url}/door/ring/front`)).status).toBe(204);
    const { body } = await app.api.get<{ items: object[] }>('/api/events');
    expect(body.items).toMatchObject([{ type: 'camera_door.rung', object: 'front' }]);
  });

  it('reaches others through its dispatcher, as far as the egress policy allows', async () => {
    const answer = await fetch(`${app.url}/door/picture`);
    expect(await answer.text()).toBe('a picture');
    await using denied = await startSignalbox({
      config: { plugins: [{ use: doorCamera, settings: { camera: camera.url } }], egress: { allow: [] } },
    });
    const refusal = await waitFor(
      async () => {
        const { status } = await fetch(`${denied.url}/door/picture`);
        return status === 404 ? undefined : status;
      },
      () => 'the plugin',
    );
    expect(refusal).toBe(502);
    expect(camera.deliveries).toHaveLength(1);
  });

  it('may fail at one without harm to the others', async () => {
    expect((await fetch(`${app.url}/door/broken`)).status).toBe(500);
    expect((await fetch(`${app.url}/door/ring/front`)).status).toBe(204);
  });

  it('is down when it fails; its path is answered with 503 until it is up again', async () => {
    expect((await fetch(`${app.url}/door/stolen`)).status).toBe(200);
    const answer = await waitFor(
      async () => {
        const response = await fetch(`${app.url}/door/ring/front`);
        return response.status === 503 && response;
      },
      () => 'the plugin to be down',
    );
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject({ status: 503, code: 'PLUGIN_DOWN' });
    await waitFor(
      async () => (await fetch(`${app.url}/door/ring/front`)).status === 204,
      () => 'the plugin to be up again',
    );
  });
});
