import { definePlugin, powerDriver } from 'signalbox/sdk';
import { vergeos } from './connection.ts';
import { createDriver } from './driver.ts';

export default definePlugin({
  name: 'power-vergeos',
  api: '^1.0.0',
  description: 'Switches VMs and tenants of VergeOS on and off.',
  types: [vergeos],
  start(context) {
    context.provide(powerDriver, 'vergeos', createDriver(context));
  },
});
