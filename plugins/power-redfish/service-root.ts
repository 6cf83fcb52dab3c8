import { z } from 'signalbox/sdk';

/** Where every service begins; it needs no login. */
export const rootUri = '/redfish/v1/';

export const link = z.object({ '@odata.id': z.string() });

export const serviceRoot = z.object({
  RedfishVersion: z.string().optional(),
  Product: z.string().nullish(),
  Vendor: z.string().nullish(),
  Systems: link.optional(),
  Links: z.object({ Sessions: link.optional() }).optional(),
});
