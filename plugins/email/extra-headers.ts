import { text, z } from 'signalbox/sdk';
import { oneLine } from './one-line.ts';

const mostHeaders = 32;
const longestValue = 4_096;

/** Made of the other settings, or by whoever passes the mail on. */
const own =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|date|message-id|return-path|received|mime-version|content-.*|resent-.*|arc-.*|dkim-signature)$/i;

const name = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,76}$/, 'must be letters, digits and - only')
  .refine((name) => !own.test(name), 'is set by the mail itself');

/** Further headers of a mail, in their order. */
export const extraHeaders = text(
  z
    .array(
      z.strictObject({
        name,
        value: z.string().transform((value) => oneLine(value, longestValue)),
      }),
    )
    .max(mostHeaders, `must be at most ${mostHeaders} headers`),
)
  .optional()
  .describe('Further headers, such as X-Priority.');
