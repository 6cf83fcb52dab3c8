import { defineObjectType, definePlugin } from 'signalbox/sdk';
import { mapRequest } from './mapping.ts';
import { genericSettings } from './settings.ts';
import { isFixed } from './template.ts';

export const generic = defineObjectType({
  name: 'generic',
  label: 'Generic inbound endpoint',
  description: 'Takes any JSON that another system posts, and makes events of it by a mapping.',
  instances: 'required',
  settings: genericSettings,
  inbound: {
    auth: ({ auth }) => auth,
    events: ({ events }) => events.map(({ type }) => type).filter(isFixed),
    read: mapRequest,
  },
});

export default definePlugin({
  name: 'generic',
  api: '^1.0.0',
  description: 'Inbound endpoints for any JSON, with a mapping to events.',
  types: [generic],
});
