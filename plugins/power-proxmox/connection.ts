import { defineObjectType, z } from 'signalbox/sdk';
import { read } from './api.ts';
import { listGuests } from './guest.ts';
import { proxmoxSettings } from './settings.ts';

const versionInfo = z.object({ version: z.string() });

export const proxmox = defineObjectType({
  name: 'proxmox',
  label: 'Proxmox VE cluster',
  description:
    'A Proxmox VE cluster that switches VMs and containers on and off. A VM names it in `via`: proxmox/<key>.',
  settings: proxmoxSettings,
  async test({ object, http, signal }) {
    const access = { http, settings: object.settings, signal };
    const { version } = await read(access, 'version', versionInfo);
    const { length: guests } = await listGuests(access);
    const note = 'the API token sees no VM or container: does it have VM.Audit on /vms?';
    return { product: 'Proxmox VE', version, guests, ...(guests === 0 && { note }) };
  },
});
