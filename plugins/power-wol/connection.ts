import { defineObjectType } from 'signalbox/sdk';
import { wolSettings } from './settings.ts';

export const wol = defineObjectType({
  name: 'wol',
  label: 'Wake-on-LAN',
  description: 'A network in which machines are woken by magic packets. A VM names it in `via`: wol/<key>.',
  settings: wolSettings,
});
