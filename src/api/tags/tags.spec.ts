import { expect, it } from '@jest/globals';
import { startApi } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';

it('tags are put, read, listed and removed unless they are in use', async () => {
  await using api = await startApi([lampPlugin]);
  const url = '/api/tags/vms/jthompson-gpu';
  const created = await api.send('PUT', url, { description: 'JThompson' });
  expect(created).toMatchObject({
    status: 201,
    headers: { location: url },
    body: { name: 'vms/jthompson-gpu', description: 'JThompson', managedBy: 'api' },
  });
  expect(await api.send('PUT', url, {})).toMatchObject({ status: 200 });
  expect((await api.send('GET', url)).body).not.toHaveProperty('description');
  await api.send('PUT', '/api/tags/vms/a%20b', {});
  expect((await api.send('GET', '/api/tags?limit=1')).body).toMatchObject({
    items: [{ name: 'vms/a b' }],
    next: expect.any(String),
  });

  await api.send('PUT', '/api/objects/lamp/desk', { tags: ['vms/jthompson-gpu'] });
  expect(await api.send('DELETE', url)).toMatchObject({ status: 409, body: { code: 'IN_USE' } });
  await api.send('DELETE', '/api/objects/lamp/desk');
  expect((await api.send('DELETE', url)).status).toBe(204);
  expect(await api.send('GET', url)).toMatchObject({
    status: 404,
    body: { detail: 'there is no tag vms/jthompson-gpu' },
  });
});

it('a tag without a body is created, too', async () => {
  await using api = await startApi([]);
  expect(await api.send('PUT', '/api/tags/a/b')).toMatchObject({ status: 201 });
});

it('names that URLs cannot say are refused', async () => {
  await using api = await startApi([lampPlugin]);
  for (const name of ['./a', 'a/.', '../a', 'a/..'])
    expect(await api.send('PUT', '/api/objects/lamp/desk', { tags: [name] })).toMatchObject({
      status: 422,
      body: { code: 'RESOURCE_INVALID', field: 'tags[0]' },
    });
  for (const key of ['.', '..'])
    expect(await api.send('POST', '/api/objects/lamp', { key })).toMatchObject({
      status: 422,
      body: { code: 'RESOURCE_INVALID', field: 'key' },
    });
  expect((await api.send('PUT', '/api/objects/lamp/desk', { tags: ['.a/..b'] })).status).toBe(201);
});

it('a dry run of a new tag tells of no field where none is given', async () => {
  await using api = await startApi([lampPlugin]);
  expect(await api.send('PUT', '/api/tags/vms/new?dryRun=true', {})).toMatchObject({
    status: 200,
    body: { change: 'created', fields: [] },
  });
});
