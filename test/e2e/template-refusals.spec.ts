import { describe, expect, it } from '@jest/globals';
import { problem } from '../support/problem.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';

describe('a mistake in a message', () => {
  it('is refused when the task is saved, with its place', async () => {
    await using app = await startSignalbox({ config: tellOps('https://example.com') });
    const save = (message: unknown) => app.api.request('PATCH', '/api/tasks/tell', { settings: { message } });
    const before = (await app.api.get('/api/tasks/tell')).body;

    const mistakes: [message: unknown, field: string, text: string][] = [
      [{ text: '${NAMES} failed' }, 'settings.message.text', 'unknown variable ${NAMES}'],
      [{ a: { b: [1, 'x ${DAT} y'] } }, 'settings.message.a.b[1]', 'unknown variable ${DAT}'],
      ['${env.HOME}', 'settings.message', 'unknown variable ${env.HOME}'],
      [{ text: '${}' }, 'settings.message.text', 'empty'],
      [{ text: '${NAME' }, 'settings.message.text', 'no closing brace'],
      [{ text: '${1 + 1}' }, 'settings.message.text', 'Expressions are not evaluated'],
      [{ text: '${event.data.a()}' }, 'settings.message.text', 'Expressions are not evaluated'],
      [{ text: '${event.level}' }, 'settings.message.text', 'event has no field "level"'],
      [{ text: '${object.secret}' }, 'settings.message.text', 'object has no field "secret"'],
      [{ text: '${event.type.x}' }, 'settings.message.text', 'event.type is a text'],
      [{ text: '${object.tags.first}' }, 'settings.message.text', 'object.tags is a list'],
    ];
    for (const [message, field, text] of mistakes) {
      expect(await save(message)).toMatchObject(
        problem('TEMPLATE_INVALID', { field, detail: expect.stringContaining(text) }),
      );
    }
    expect((await app.api.get('/api/tasks/tell')).body).toEqual(before);
  });

  it('that shows only when it is filled in fails the run, once, with the reason', async () => {
    await using receiver = await startReceiver();
    const task = { settings: { format: '${event.data.format}' } };
    await using app = await startSignalbox({ config: tellOps(receiver.url, { task }) });
    const emit = (format: unknown) =>
      app.api.emit({ type: 'vm.power_on', object: 'gpu-01', data: { format } });

    const [failed] = await app.api.runsOf(await emit('xml'));
    expect(failed).toMatchObject({ state: 'failed', attempts: 1 });
    expect(failed!.reason).toContain('settings.format');
    expect(receiver.deliveries).toHaveLength(0);

    expect(await app.api.runsOf(await emit('event'))).toMatchObject([{ state: 'succeeded' }]);
    expect(JSON.parse(receiver.deliveries[0]!.body)).toMatchObject({ type: 'vm.power_on' });
  });
});
