import { defineObjectType } from 'signalbox/sdk';
import { listDomains } from './domain.ts';
import { libvirtSettings } from './settings.ts';
import { virsh } from './virsh.ts';

export const libvirt = defineObjectType({
  name: 'libvirt',
  label: 'libvirt connection',
  description: 'A hypervisor that libvirt switches VMs on and off of. A VM names it in `via`: libvirt/<key>.',
  settings: libvirtSettings,
  async test({ object, lookup, signal }) {
    const hypervisor = { settings: object.settings, lookup, signal };
    const version = await virsh(hypervisor, 'version');
    const { length: domains } = await listDomains(hypervisor);
    const [, product = 'libvirt'] = /^Running hypervisor: (.+)$/m.exec(version) ?? [];
    return { product, domains };
  },
});
