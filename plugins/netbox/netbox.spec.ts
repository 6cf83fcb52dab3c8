import { describe, expect, it } from '@jest/globals';
import type { InboundEvent } from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import plugin, { netbox } from './index.ts';

const auth = { type: 'hmac', secret: 'a-secret-of-16-characters' } as const;

const before = { created: '2021-03-09', name: 'Site 1', slug: 'site-1', status: 'planned' };
const after = { ...before, status: 'active' };
const data = {
  id: 19,
  display: 'Site 1',
  name: 'Site 1',
  slug: 'site-1',
  status: { value: 'active', label: 'Active' },
};

/** As NetBox posts it. */
const posted = {
  event: 'updated',
  timestamp: '2021-03-09 17:55:33.968016+00:00',
  object_type: 'dcim.site',
  username: 'jstretch',
  request_id: 'fdbca812-3142-4783-b364-2e2bd5c16c6a',
  data,
  snapshots: { prechange: before, postchange: after },
};

async function eventsOf(body: object): Promise<readonly InboundEvent[]> {
  await using started = await startPlugin(plugin);
  return started.readInbound('netbox', { object: { settings: { auth } }, body });
}
const eventOf = async (more: object): Promise<InboundEvent | undefined> =>
  (await eventsOf({ ...posted, ...more }))[0];

it('makes of an update an event with both sides, in the same form', async () => {
  expect(await eventsOf(posted)).toEqual([
    {
      type: 'cmdb.updated',
      object: 'site:19',
      id: expect.stringMatching(/^fdbca812-3142-4783-b364-2e2bd5c16c6a\/site:19\/updated\/[0-9a-f]{16}$/),
      time: new Date('2021-03-09T17:55:33.968Z'),
      data: {
        object_before: { id: 19, ...before },
        object_after: { id: 19, ...after },
        name: 'Site 1',
        user: 'jstretch',
        netbox: { object_type: 'dcim.site', request_id: 'fdbca812-3142-4783-b364-2e2bd5c16c6a', data },
      },
    },
  ]);
});

it('makes of a creation an event with the new object', async () => {
  expect(
    await eventOf({ event: 'created', snapshots: { prechange: null, postchange: after } }),
  ).toMatchObject({
    type: 'cmdb.created',
    data: { object_before: null, object_after: { id: 19, ...after } },
  });
});

it('makes of a deletion an event with the object as it was', async () => {
  expect(
    await eventOf({ event: 'deleted', snapshots: { prechange: before, postchange: null } }),
  ).toMatchObject({
    type: 'cmdb.deleted',
    data: { object_before: { id: 19, ...before }, object_after: null },
  });
});

it('takes the object itself where there is no snapshot', async () => {
  expect(await eventOf({ event: 'created', snapshots: undefined })).toMatchObject({
    data: { object_after: data },
  });
  expect(await eventOf({ event: 'deleted', snapshots: null })).toMatchObject({
    data: { object_before: data },
  });
  expect(await eventOf({ snapshots: { prechange: null, postchange: after } })).toMatchObject({
    data: { object_before: {}, object_after: { id: 19, ...after } },
  });
});

describe('versions of NetBox', () => {
  it('that name the model alone', async () => {
    const { object_type: _, ...older } = posted;
    expect((await eventsOf({ ...older, model: 'site' }))[0]).toMatchObject({
      object: 'site:19',
      data: { user: 'jstretch', netbox: { object_type: 'site' } },
    });
  });

  it('that tell of the request in a field of its own', async () => {
    const { username: _u, request_id: _r, ...newer } = posted;
    const request = { id: 'r-1', path: '/dcim/sites/19/edit/', method: 'POST', user: 'jstretch' };
    expect((await eventsOf({ ...newer, request }))[0]).toMatchObject({
      id: expect.stringMatching(/^r-1\//),
      data: { user: 'jstretch', netbox: { request_id: 'r-1' } },
    });
  });
});

it('gives a change the same id whichever rule tells of it, and another change of the request another one', async () => {
  const { id } = (await eventOf({}))!;
  expect((await eventOf({ timestamp: '2021-03-09 17:55:34.1+00:00' }))?.id).toBe(id);
  const again = { prechange: after, postchange: { ...after, slug: 'site-one' } };
  expect((await eventOf({ snapshots: again }))?.id).not.toBe(id);
  expect((await eventOf({ request_id: null }))?.id).toMatch(/^2021-03-09 17:55:33/);
});

it.each(['job_started', 'job_ended'])('says nothing for %s', async (event) => {
  expect(await eventsOf({ event, object_type: 'extras.script', data: {} })).toEqual([]);
});

it.each([
  {},
  { ...posted, data: { name: 'no id' } },
  { ...posted, object_type: undefined },
  { ...posted, snapshots: [] },
])('refuses what is no change: %j', async (body) => {
  await expect(eventsOf(body)).rejects.toThrow();
});

it('checks signatures as NetBox makes them, with the secret alone to be given', () => {
  const settings = netbox.settings!.parse({ auth });
  expect(netbox.inbound?.auth(settings)).toEqual({
    ...auth,
    header: 'X-Hook-Signature',
    algorithm: 'sha512',
    encoding: 'hex',
    prefix: '',
  });
});
