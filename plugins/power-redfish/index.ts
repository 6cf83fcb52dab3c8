import { definePlugin, powerDriver } from 'signalbox/sdk';
import { redfish } from './connection.ts';
import { RedfishDriver } from './driver.ts';
import { Logins } from './logins.ts';

export default definePlugin({
  name: 'power-redfish',
  api: '^1.0.0',
  description: 'Switches servers on and off over Redfish.',
  types: [redfish],
  start(context) {
    const logins = new Logins(context.http);
    context.provide(powerDriver, 'redfish', new RedfishDriver(context, logins));
    return () => logins.close();
  },
});
