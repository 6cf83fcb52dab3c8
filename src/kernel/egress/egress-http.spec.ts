import { HttpService } from '@nestjs/axios';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { startHttpServer, startTcpServer } from '../../../test/support/servers.ts';
import { endpoint, PermanentError, z, type HttpClient } from '../../sdk/index.ts';
import { settingsSchema } from '../resources/settings-parser.ts';
import { EgressHttp, HTTP_CLIENT, type EgressOptions } from './egress-http.ts';
import { EgressModule } from './egress.module.ts';

async function startEgress(options: EgressOptions) {
  const app = await NestFactory.createApplicationContext(EgressModule.forRoot(options), { logger: false });
  return {
    egress: app.get(EgressHttp),
    client: app.get<HttpClient>(HTTP_CLIENT),
    service: app.get(HttpService),
    [Symbol.asyncDispose]: () => app.close(),
  };
}

describe('the way out', () => {
  it('reaches what the allow list names, with the client and with HttpService', async () => {
    await using server = await startHttpServer();
    await using started = await startEgress({ allow: [`127.0.0.1:${server.port}`], own: [] });
    const response = await started.client.request({ method: 'POST', url: server.url });
    expect(response.status).toBe(200);
    const { data } = await firstValueFrom(started.service.get<unknown>(server.url));
    expect(data).toEqual({ ok: true });
  });

  it('reaches nothing else, by neither', async () => {
    await using server = await startHttpServer();
    await using started = await startEgress({ allow: [], own: [] });
    const request = started.client.request({ method: 'POST', url: server.url });
    await expect(request).rejects.toBeInstanceOf(PermanentError);
    await expect(firstValueFrom(started.service.get(server.url))).rejects.toBeInstanceOf(PermanentError);
    const connecting = started.egress.connect({ host: '127.0.0.1', port: server.port });
    await expect(connecting).rejects.toBeInstanceOf(PermanentError);
    expect(server.connections).toBe(0);
  });

  it('reaches over TCP what the allow list names, and cuts the connection in the end', async () => {
    await using server = await startTcpServer(() => undefined);
    const started = await startEgress({ allow: [`127.0.0.1:${server.port}`], own: [] });
    const socket = await started.egress.connect({ host: '127.0.0.1', port: server.port });
    expect(socket.destroyed).toBe(false);
    await started[Symbol.asyncDispose]();
    expect(socket.destroyed).toBe(true);
  });

  it('never reaches an own endpoint, be it given by name or as soon as it listens', async () => {
    await using named = await startHttpServer();
    await using late = await startHttpServer();
    await using started = await startEgress({
      allow: ['127.0.0.0/8', '::1'],
      own: [{ address: 'localhost', port: named.port }],
    });
    started.egress.protect({ address: '127.0.0.1', port: late.port });
    for (const url of [named.url, late.url, `http://localhost:${late.port}`]) {
      await expect(started.client.request({ method: 'GET', url })).rejects.toBeInstanceOf(PermanentError);
      const { hostname: host, port } = new URL(url);
      const connecting = started.egress.connect({ host, port: Number(port) });
      await expect(connecting).rejects.toBeInstanceOf(PermanentError);
    }
    expect(named.connections + late.connections).toBe(0);
  });

  it('does not fail to start over a name that cannot be resolved', async () => {
    await using started = await startEgress({
      allow: [],
      own: [{ address: 'no-such-host.invalid', port: 1 }],
    });
    expect(started.egress.client).toBe(started.client);
  });

  it('says which URL in the settings of an object cannot be reached', async () => {
    await using started = await startEgress({ allow: [], own: [] });
    const schema = z.object({ name: z.string(), targets: z.array(z.object({ url: z.url() })) });
    const check = (url: string) => {
      started.egress.checkSettings(schema, { name: 'http://127.0.0.1', targets: [{ url }] }, 'probe/a');
    };
    expect(() => {
      check('https://example.com');
    }).not.toThrow();
    expect(() => {
      check('http://127.0.0.1:8080');
    }).toThrow('probe/a: settings.targets[0].url: the address is not allowed by the egress policy');
  });

  it('says which place in the settings of an object cannot be reached', async () => {
    await using started = await startEgress({ allow: [], own: [] });
    const place = z.object({ host: z.string(), port: z.number() });
    const check = (schema: z.ZodType, settings: object) => () => {
      started.egress.checkSettings(schema, settings, 'mail/a');
    };
    const settings = { host: '127.0.0.1', port: 25 };
    const denied = 'the address is not allowed by the egress policy';
    expect(check(endpoint(place), settings)).toThrow(`mail/a: settings.host: ${denied}`);
    expect(check(z.object({ via: endpoint(place) }), { via: settings })).toThrow(
      `mail/a: settings.via.host: ${denied}`,
    );
    expect(check(settingsSchema({ settings: endpoint(place) }), settings)).toThrow(denied);
    expect(check(place, settings)).not.toThrow();
    expect(check(endpoint(place), { ...settings, host: 'mail.example.com' })).not.toThrow();
  });
});
