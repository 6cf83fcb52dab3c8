import { accountDriver, definePlugin, powerDriver } from 'signalbox/sdk';
import { http } from './connection.ts';
import { createDriver } from './driver.ts';

export default definePlugin({
  name: 'power-http',
  api: '^1.0.0',
  description: 'Switches machines, tenants and accounts on and off with HTTP requests of your own.',
  types: [http],
  start(context) {
    const driver = createDriver(context);
    context.provide(powerDriver, 'http', driver.power);
    context.provide(accountDriver, 'http', driver.account);
  },
});
