import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { movableClock } from 'signalbox/sdk/testing';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

interface Preview {
  readonly text: string;
  readonly zone: string;
  readonly items: readonly { readonly due: string; readonly local: string }[];
}

describe('the coming times of a schedule', () => {
  const clock = movableClock('2027-03-27T12:00:00Z');
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({ config: { plugins: ['schedule'] }, clock });
    const settings = { every: 'day', at: '02:30', zone: 'Europe/Berlin', end: '2027-12-31' };
    await app.api.put('/api/objects/schedule/nightly', { enabled: false, settings });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  const next = async (query: string) =>
    (await app.api.get<Preview>(`/api/schedules/nightly/next${query}`)).body;

  it('are 20 from now on, through the changes of the clocks', async () => {
    const { text, zone, items } = await next('');
    expect([text, zone]).toEqual(['every day at 02:30 Europe/Berlin, until 31 Dec 2027', 'Europe/Berlin']);
    expect(items).toHaveLength(20);
    expect(items.slice(0, 2)).toEqual([
      { due: '2027-03-28T01:30:00.000Z', local: '2027-03-28T03:30:00+02:00' },
      { due: '2027-03-29T00:30:00.000Z', local: '2027-03-29T02:30:00+02:00' },
    ]);
  });

  it('are as many as are asked for, from then on, the first included', async () => {
    const { items } = await next('?count=2&from=2027-10-31T02:30:00%2B02:00');
    expect(items.map(({ local }) => local)).toEqual([
      '2027-10-31T02:30:00+02:00',
      '2027-11-01T02:30:00+01:00',
    ]);
    expect((await next('?from=2027-12-30T12:00:00Z')).items).toHaveLength(1);
    expect((await next('?from=2028-01-01T00:00:00Z')).items).toEqual([]);
  });

  it.each([
    ['?count=0', 'count'],
    ['?count=1001', 'count'],
    ['?count=many', 'count'],
    ['?from=tomorrow', 'from'],
    ['?until=2028-01-01', 'until'],
  ])('cannot be asked for with %s', async (query, field) => {
    expect(await app.api.get(`/api/schedules/nightly/next${query}`)).toMatchObject({
      status: 400,
      body: { code: 'QUERY_INVALID', field },
    });
  });

  it('are there for schedules only that are there', async () => {
    expect(await app.api.get('/api/schedules/nowhere/next')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
  });
});

describe('at first start', () => {
  it('some schedules are there', async () => {
    const clock = movableClock('2027-03-24T12:00:00Z');
    await using app = await startSignalbox({ config: { plugins: ['schedule'] }, clock });
    const { body } = await app.api.get<{ items: { key: string; enabled: boolean }[] }>(
      '/api/objects/schedule',
    );
    expect(body.items.map(({ key, enabled }) => [key, enabled])).toEqual(
      ['friday-18h', 'hourly', 'midnight', 'monthly', 'saturday-17h'].map((key) => [key, true]),
    );
    const texts = await Promise.all(
      body.items.map(
        async ({ key }) => (await app.api.get<Preview>(`/api/schedules/${key}/next?count=1`)).body,
      ),
    );
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect(texts.map(({ text }) => text)).toEqual([
      `every Friday at 18:00 ${zone}`,
      `every hour ${zone}`,
      `every day at 00:00 ${zone}`,
      `every month on the first day at 00:00 ${zone}`,
      `every Saturday at 17:00 ${zone}`,
    ]);
  });
});
