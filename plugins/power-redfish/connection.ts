import { defineObjectType, type JsonValue } from 'signalbox/sdk';
import { createLogin } from './logins.ts';
import { RedfishService } from './service.ts';
import { rootUri, serviceRoot } from './service-root.ts';
import { redfishSettings } from './settings.ts';
import { findSystem, idOf, listSystems, readSystem } from './system.ts';

export const redfish = defineObjectType({
  name: 'redfish',
  label: 'Redfish service',
  description:
    'A management controller (BMC, iDRAC, iLO …) that switches servers on and off. A machine names it in `via`: redfish/<key>.',
  settings: redfishSettings,
  async test({ object: { settings }, http, signal }) {
    const login = createLogin(settings, http);
    try {
      return await look(new RedfishService(settings, http, login, signal));
    } finally {
      await login.close();
    }
  },
});

async function look(service: RedfishService): Promise<JsonValue> {
  const { Product, Vendor, RedfishVersion } = await service.get(rootUri, serviceRoot);
  const uris = await listSystems(service);
  // Whether the account may read systems, and whether the one that is meant is there.
  const { systemId } = service.settings;
  const [first] = uris;
  const meant =
    systemId === undefined
      ? first
      : await findSystem(service, { id: systemId, key: '', name: '', type: 'vm', connection: '' });
  if (meant !== undefined) await readSystem(service, meant);
  return {
    product: Product ?? 'Redfish service',
    ...(Vendor != null && { vendor: Vendor }),
    ...(RedfishVersion !== undefined && { version: RedfishVersion }),
    systems: uris.map(idOf),
  };
}
