import { definePlugin, powerDriver } from 'signalbox/sdk';
import { wol } from './connection.ts';
import { createDriver } from './driver.ts';

export default definePlugin({
  name: 'power-wol',
  api: '^1.0.0',
  description: 'Wakes machines over the network (Wake-on-LAN).',
  types: [wol],
  start(context) {
    context.provide(powerDriver, 'wol', createDriver(context));
  },
});
