import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { PermanentError, powerDriver } from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import { failureOf, vmNamed } from '../../test/support/power-driver.ts';
import { freePort } from '../../test/support/servers.ts';
import plugin from './index.ts';
import { wolSettings } from './settings.ts';

const never = new AbortController().signal;
const mac = '52:54:00:12:34:56';
const repeated = '525400123456'.repeat(16);

async function start(settings: object = {}) {
  const listener = createSocket('udp4');
  listener.bind(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  const started = await startPlugin(plugin, {
    objects: [
      { type: 'wol', key: 'lab', settings: wolSettings.parse({ host: '127.0.0.1', port, ...settings }) },
    ],
  });
  return {
    driver: started.extension(powerDriver, 'wol'),
    packet: once(listener, 'message').then(([message]) => (message as Buffer).toString('hex')),
    async [Symbol.asyncDispose]() {
      await started.stop();
      listener.close();
    },
  };
}

describe('power_on', () => {
  it.each([mac, '52-54-00-12-34-56', '525400123456'])('sends the magic packet to %s', async (id) => {
    await using lab = await start();
    expect(await lab.driver.power('power_on', vmNamed(id), never)).toEqual({ mac: id, address: '127.0.0.1' });
    expect(await lab.packet).toBe(`ffffffffffff${repeated}`);
  });

  it('sends the password of a machine with it, and does not tell it', async () => {
    const machines = { 'gpu-01': { mac, secureOn: '00:01:02:03:04:05' } };
    await using lab = await start({ machines });
    const told = await lab.driver.power('power_on', vmNamed('gpu-01'), never);
    expect(told).toEqual({ mac, address: '127.0.0.1' });
    expect(await lab.packet).toBe(`ffffffffffff${repeated}000102030405`);
  });

  it.each(['gpu-99', 'constructor', '52:54:00:12:34'])('knows no machine %s', async (id) => {
    await using lab = await start();
    const failure = await failureOf(lab.driver.power('power_on', vmNamed(id), never));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toBe(`wol/lab has no machine "${id}", and that is no MAC address`);
  });
});

it.each(['power_off', 'kill', 'reset'] as const)('%s cannot be done', async (action) => {
  await using lab = await start();
  expect(await failureOf(lab.driver.power(action, vmNamed(mac), never))).toBeInstanceOf(PermanentError);
});

describe('the state', () => {
  const stateOf = async (probe?: object): Promise<string> => {
    await using lab = await start({ machines: { 'gpu-01': { mac, ...(probe && { probe }) } } });
    return await lab.driver.state(vmNamed('gpu-01'), never);
  };

  it('is on where the machine takes a connection', async () => {
    const server = createServer((socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      expect(await stateOf({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })).toBe('on');
    } finally {
      server.close();
    }
  });

  it('is on where it refuses one: it is there', async () => {
    expect(await stateOf({ host: '127.0.0.1', port: await freePort() })).toBe('on');
  });

  it('is told by nobody for a name that cannot be resolved', async () => {
    await expect(stateOf({ host: 'gpu-01.invalid' })).rejects.toThrow('gpu-01.invalid');
  });

  it('is unknown without a probe', async () => {
    expect(await stateOf()).toBe('unknown');
  });
});

it('finds the machines that are named', async () => {
  await using lab = await start({ machines: { 'gpu-01': { mac } } });
  expect(await lab.driver.discover!()).toEqual([
    { type: 'vm', connection: 'lab', id: 'gpu-01', name: 'gpu-01', aliases: [mac] },
  ]);
});
