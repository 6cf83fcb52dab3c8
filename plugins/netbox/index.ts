import { defineObjectType, definePlugin } from 'signalbox/sdk';
import { readChange } from './change.ts';
import { netboxSettings } from './settings.ts';

export const netbox = defineObjectType({
  name: 'netbox',
  label: 'NetBox',
  description:
    'Takes the webhooks of the event rules of a NetBox, and makes changes of CMDB objects of them.',
  instances: 'required',
  settings: netboxSettings,
  inbound: {
    auth: ({ auth }) => auth,
    events: () => ['cmdb.created', 'cmdb.updated', 'cmdb.deleted'],
    read: readChange,
  },
});

export default definePlugin({
  name: 'netbox',
  api: '^1.0.0',
  description: 'Inbound endpoints for NetBox.',
  types: [netbox],
});
