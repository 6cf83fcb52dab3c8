import { describe, expect, it } from '@jest/globals';
import type { InboundEvent, z } from 'signalbox/sdk';
import { startPlugin, type InboundPost } from 'signalbox/sdk/testing';
import plugin, { github } from './index.ts';

const auth = { type: 'hmac', secret: 'a-secret-of-16-characters' } as const;
const headers = {
  'X-GitHub-Event': 'push',
  'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  'Content-Type': 'application/json',
};
const push = {
  ref: 'refs/heads/main',
  repository: { id: 1, full_name: 'octo-org/octo-repo' },
  organization: { login: 'octo-org' },
  sender: { login: 'octocat' },
  commits: [{ id: 'abc', message: 'Fix' }],
};

interface Post extends InboundPost {
  readonly object?: { readonly key: string; readonly settings: z.input<NonNullable<typeof github.settings>> };
}

async function eventsOf(post: Post): Promise<readonly InboundEvent[]> {
  await using started = await startPlugin(plugin);
  return started.readInbound('github', { object: { key: 'octo', settings: { auth } }, headers, ...post });
}

it('makes of a delivery an event of the endpoint, with what most payloads have on top', async () => {
  expect(await eventsOf({ body: push })).toEqual([
    {
      type: 'github.received',
      object: 'octo',
      id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      data: {
        event: 'push',
        delivery: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        repository: 'octo-org/octo-repo',
        organization: 'octo-org',
        sender: 'octocat',
        ref: 'refs/heads/main',
        payload: push,
      },
    },
  ]);
});

it('tells what happened to an issue', async () => {
  const body = { action: 'opened', issue: { number: 7 } };
  const [event] = await eventsOf({ body, headers: { ...headers, 'X-GitHub-Event': 'issues' } });
  expect(event).toMatchObject({ data: { event: 'issues', action: 'opened', payload: body } });
});

describe('a delivery that is posted again', () => {
  const again = { ...headers, 'X-GitHub-Delivery': '9f1c2b7e-0000-11e3-81ab-4c9367dc0958' };
  const idsOf = async (repeats: 'delivery' | 'body', ...posts: readonly Post[]) =>
    Promise.all(
      posts.map(async (post) => {
        const object = { key: 'octo', settings: { auth, repeats } };
        const [event] = await eventsOf({ object, ...post });
        return event?.id;
      }),
    );

  it('is a repeat when it has the same GUID', async () => {
    const [first, same, other] = await idsOf(
      'delivery',
      { body: push },
      { body: push },
      { body: push, headers: again },
    );
    expect([first === same, first === other]).toEqual([true, false]);
  });

  it('is a repeat whatever its headers say, where its body counts', async () => {
    const renamed = { ...again, 'X-GitHub-Event': 'release' };
    const [first, same, other] = await idsOf(
      'body',
      { body: push },
      { body: push, headers: renamed },
      { body: { ...push, ref: 'refs/heads/x' }, headers },
    );
    expect([first === same, first === other]).toEqual([true, false]);
  });
});

it('keeps what is not as in most payloads in the payload only', async () => {
  const body = { action: 5, repository: 'x', sender: null, ref: { a: 1 } };
  const [event] = await eventsOf({ body });
  const data = github.events?.received.parse(event?.data);
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    event: 'push',
    delivery: headers['X-GitHub-Delivery'],
    payload: body,
  });
});

it('says nothing for a ping', async () => {
  expect(
    await eventsOf({
      body: { zen: 'Design for failure.' },
      headers: { ...headers, 'X-GitHub-Event': 'ping' },
    }),
  ).toEqual([]);
});

describe('a form', () => {
  const form = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' };

  it('has the payload in a field', async () => {
    const body = new URLSearchParams({
      payload: JSON.stringify({ ...push, ref: 'refs/heads/ä&b' }),
    }).toString();
    expect(await eventsOf({ body, headers: form })).toMatchObject([
      { data: { ref: 'refs/heads/ä&b', payload: { commits: push.commits } } },
    ]);
  });

  it('without it is refused', async () => {
    await expect(eventsOf({ body: 'a=1', headers: form })).rejects.toThrow('no field "payload"');
  });
});

it.each(['X-GitHub-Event', 'X-GitHub-Delivery'])('refuses a request without %s', async (name) => {
  await expect(eventsOf({ body: push, headers: { ...headers, [name]: '' } })).rejects.toThrow(name);
});

it('checks signatures as GitHub makes them, with the secret alone to be given', () => {
  expect(github.inbound?.auth(github.settings!.parse({ auth }))).toEqual({
    ...auth,
    header: 'X-Hub-Signature-256',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'sha256=',
  });
});
