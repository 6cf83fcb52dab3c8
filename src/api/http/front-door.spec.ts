import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { FrontDoor } from './front-door.ts';
import { defaultHttpLimits } from './http-limits.ts';

it('cuts what does not end when the server closes: an answer of a plugin, a connection that says nothing', async () => {
  const frontDoor = new FrontDoor({ ...defaultHttpLimits, closeGraceMs: 10 });
  frontDoor.mounts = { find: () => ({ plugin: 'clock', handler: (_, response) => response.write('tick') }) };
  const server = frontDoor.createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [silent, listening] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await once(silent, 'connect');
  listening.write('GET /clock HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(listening, 'data');
  const ended = [once(silent.resume(), 'close'), once(listening.resume(), 'close')];

  frontDoor.beginClose();
  server.close();
  await once(server, 'close');
  await Promise.all(ended);
  expect([silent.destroyed, listening.destroyed]).toEqual([true, true]);
});
