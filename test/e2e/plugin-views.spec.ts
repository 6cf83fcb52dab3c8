import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { movableClock } from 'signalbox/sdk/testing';
import { ApiClient } from '../support/api-client.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const tides = join(import.meta.dirname, '../fixtures/plugins/tides/index.ts');
const place = (key: string) => `/api/objects/tide/${encodeURIComponent(key)}`;

describe('what a type has to say of its objects', () => {
  it('is shown by its views, to whoever may read, and beside the object', async () => {
    const clock = movableClock('1970-01-02T00:00:00Z');
    await using app = await startSignalbox({ config: { plugins: [tides] }, clock });
    const { api, url } = app;
    await api.put(place('a/b'), { enabled: false, settings: { first: 10, everyMinutes: 700 } });
    const { status, body } = await api.get('/api/tides/a%2Fb/high?count=2');
    expect([status, body]).toEqual([200, ['1970-01-02T11:10:00.000Z', '1970-01-02T22:50:00.000Z']]);
    expect((await api.get('/api/tides/hamburg/high')).body).toHaveLength(4);
    expect((await api.get(place('hamburg'))).body).toMatchObject({
      name: 'Hamburg',
      summary: { nextHigh: '1970-01-02T04:00:00.000Z' },
    });
    expect(await api.get('/api/tides/hamburg/high?count=x')).toMatchObject({
      status: 400,
      body: { code: 'QUERY_INVALID', field: 'count' },
    });
    expect(await api.get('/api/tides/nowhere/high')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
    expect(await api.get('/api/tides/hamburg/low')).toMatchObject({ status: 404 });
    expect(await new ApiClient(url, undefined).get('/api/tides/hamburg/high')).toMatchObject({
      status: 401,
      body: { code: 'AUTH_REQUIRED' },
    });
  });
});

describe('settings that fit their schema', () => {
  it('are judged by their type as a whole', async () => {
    await using app = await startSignalbox({ config: { plugins: [tides] } });
    expect(await app.api.request('PUT', place('x'), { settings: { first: 800 } })).toMatchObject({
      status: 422,
      body: {
        ...{ code: 'SETTINGS_INVALID', field: 'settings.first' },
        detail: 'tide/x: settings.first: must be within one tide',
      },
    });
  });
});

describe('objects that a type brings along', () => {
  it('are there from the first start on, and do not come back once they are removed', async () => {
    using folder = temporaryFolder();
    const options = { config: { plugins: [tides] }, data: folder.path };
    {
      await using app = await startSignalbox(options);
      expect((await app.api.get(place('hamburg'))).body).toMatchObject({
        managedBy: 'api',
        settings: { first: 190 },
      });
      await app.api.request('DELETE', place('hamburg'));
    }
    await using again = await startSignalbox(options);
    expect((await again.api.get(place('hamburg'))).status).toBe(404);
  });

  it('stay as people have made them', async () => {
    using folder = temporaryFolder();
    const options = { config: { plugins: [tides] }, data: folder.path };
    {
      await using app = await startSignalbox(options);
      await app.api.put(place('hamburg'), { name: 'Harbour', settings: { first: 5 } });
    }
    await using again = await startSignalbox(options);
    expect((await again.api.get(place('hamburg'))).body).toMatchObject({
      name: 'Harbour',
      settings: { first: 5 },
    });
  });

  it('are as the configuration has them, if it names them', async () => {
    const objects = { 'tide/hamburg': { name: 'Ours', settings: { first: 7 } } };
    await using app = await startSignalbox({ config: { plugins: [tides], objects } });
    expect((await app.api.get(place('hamburg'))).body).toMatchObject({
      ...{ name: 'Ours', managedBy: 'config' },
      settings: { first: 7 },
    });
  });

  it('come, too, when their plugin is added to a database that has been there', async () => {
    using folder = temporaryFolder();
    {
      await using app = await startSignalbox({ config: { plugins: ['vm'] }, data: folder.path });
      expect((await app.api.get('/api/objects')).body).toMatchObject({ items: [] });
    }
    await using again = await startSignalbox({ config: { plugins: ['vm', tides] }, data: folder.path });
    expect((await again.api.get(place('hamburg'))).status).toBe(200);
  });
});
