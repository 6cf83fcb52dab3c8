import { defineObjectType, definePlugin } from 'signalbox/sdk';
import { readNotification } from './notification.ts';
import { alertmanagerSettings } from './settings.ts';

export const alertmanager = defineObjectType({
  name: 'alertmanager',
  label: 'Alertmanager',
  description:
    'Takes the webhooks of a Prometheus Alertmanager, or of Grafana, and makes alarms of its alerts.',
  instances: 'required',
  settings: alertmanagerSettings,
  inbound: {
    auth: ({ auth }) => auth,
    events: () => ['alarm.raised', 'alarm.lowered'],
    read: readNotification,
  },
});

export default definePlugin({
  name: 'alertmanager',
  api: '^1.0.0',
  description: 'Inbound endpoints for Prometheus Alertmanager.',
  types: [alertmanager],
});
