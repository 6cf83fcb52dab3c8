import { endpoint, secret, z } from 'signalbox/sdk';

const host = z.string().regex(/^[^\s/@]+$/, 'must be an IP address or a host name');
const port = z.int().min(1).max(65_535);
/** Six bytes: of an address, or of a SecureOn password. */
const sixBytes = z
  .string()
  .regex(
    /^(?:[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2})$/i,
    'must be six bytes, such as 52:54:00:12:34:56',
  );

const machine = z.strictObject({
  mac: sixBytes,
  secureOn: secret(sixBytes).optional().describe('SecureOn password, for network cards that ask for one.'),
  probe: endpoint(z.strictObject({ host, port: port.default(22) }))
    .optional()
    .describe('Where the machine answers when it is on: TCP. Without it nobody knows.'),
});

export const wolSettings = endpoint(
  z.strictObject({
    host: host.describe(
      'Where the packets are sent: the broadcast address of the network, such as 192.168.1.255.',
    ),
    port: port.default(9),
    machines: z
      .record(z.string().min(1), machine)
      .default({})
      .describe('Machines by the id that a VM gives.'),
  }),
);

export type WolSettings = z.output<typeof wolSettings>;
export type Machine = z.output<typeof machine>;

export function isMac(text: string): boolean {
  return sixBytes.safeParse(text).success;
}
