import { inboundAuth, z } from 'signalbox/sdk';

export const netboxSettings = z.strictObject({
  auth: inboundAuth({ header: 'X-Hook-Signature', algorithm: 'sha512' }),
});

export type NetboxSettings = z.output<typeof netboxSettings>;
