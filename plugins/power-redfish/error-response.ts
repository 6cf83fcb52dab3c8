import { excerpt, z, type HttpResponse } from 'signalbox/sdk';

const message = z.object({
  Message: z.string().optional(),
  MessageId: z.string().optional(),
  MessageArgs: z.array(z.string()).optional(),
});

/** The error response of DSP0266. */
const errorResponse = z.object({
  error: z.object({
    message: z.string().optional(),
    '@Message.ExtendedInfo': z.array(message).optional(),
  }),
});

/** `HTTP 403 from bmc-7.example.com: There are insufficient privileges for the account …` */
export function problemOf({ status, body }: HttpResponse, host: string): string {
  const words = wordsOf(body);
  return `HTTP ${status} from ${host}${words === '' ? '' : `: ${words}`}`;
}

function wordsOf(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return '';
  }
  const { data } = errorResponse.safeParse(value);
  if (!data) return '';
  const { message: general = '', '@Message.ExtendedInfo': details = [] } = data.error;
  return wordsOfMessages(details) || excerpt(general, { longest });
}

const longest = 300;

/** What messages say; by their id and arguments where they have no text. */
export function wordsOfMessages(messages: readonly z.output<typeof message>[]): string {
  const words = messages
    .map(({ Message, MessageId = '', MessageArgs = [] }) => Message ?? [MessageId, ...MessageArgs].join(' '))
    .filter((words) => words !== '')
    .join('; ');
  return excerpt(words, { longest });
}

export { message as messageSchema };
