import { definePlugin, powerDriver } from 'signalbox/sdk';
import { libvirt } from './connection.ts';
import { createDriver } from './driver.ts';

export default definePlugin({
  name: 'power-libvirt',
  api: '^1.0.0',
  description: 'Switches VMs of libvirt (QEMU/KVM, Xen, LXC …) on and off, and reports what happens to them.',
  types: [libvirt],
  start(context) {
    context.provide(powerDriver, 'libvirt', createDriver(context));
  },
});
