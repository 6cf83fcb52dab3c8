import { defineObjectType, z } from 'signalbox/sdk';
import { read } from './api.ts';
import { vergeosSettings } from './settings.ts';

const row = z.object({ yb_version: z.string(), cloud_name: z.string().nullish() });
// The only row, or a list of it.
const system = z.union([row, z.tuple([row]).transform(([only]) => only)]);

export const vergeos = defineObjectType({
  name: 'vergeos',
  label: 'VergeOS system',
  description:
    'A VergeOS system that switches VMs and tenants on and off. A VM names it in `via`: vergeos/<key>.',
  settings: vergeosSettings,
  async test({ object, http, signal }) {
    const { yb_version: version, cloud_name: cloud } = await read(
      { http, settings: object.settings, signal },
      {
        path: 'system',
        query: { fields: '$key,yb_version,os_version,cloud_name' },
        missing: 'there is no API v4: is it a VergeOS system?',
        schema: system,
      },
    );
    return { product: 'VergeOS', version, ...(cloud != null && { cloud }) };
  },
});
