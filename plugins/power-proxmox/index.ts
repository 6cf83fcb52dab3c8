import { definePlugin, powerDriver } from 'signalbox/sdk';
import { proxmox } from './connection.ts';
import { createDriver } from './driver.ts';

export default definePlugin({
  name: 'power-proxmox',
  api: '^1.0.0',
  description: 'Switches VMs and containers of Proxmox VE on and off.',
  types: [proxmox],
  start(context) {
    context.provide(powerDriver, 'proxmox', createDriver(context));
  },
});
