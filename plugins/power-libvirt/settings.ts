import { z } from 'signalbox/sdk';
import { readUri } from './uri.ts';

export const libvirtSettings = z.strictObject({
  uri: z
    .string()
    .max(1_000)
    .superRefine((uri, context) => {
      const read = readUri(uri);
      if ('problem' in read) context.addIssue({ code: 'custom', message: read.problem });
    })
    .describe('Connection URI, such as qemu:///system or qemu+ssh://signalbox@host-1.example.com/system.'),
  timeout: z.number().min(3).max(120).default(15).describe('Seconds for one call of virsh.'),
});

export type LibvirtSettings = z.output<typeof libvirtSettings>;
