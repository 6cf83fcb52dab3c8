import type { Command } from 'commander';
import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import { commandGroup } from './command-group.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { apiCommand } from './resources/bound.ts';
import { printable } from './terminal.ts';
import { timeText } from './times.ts';

const secretsAnswer = z.looseObject({
  key: z.looseObject({ id: z.string(), since: z.string(), from: z.string() }),
  rotatable: z.boolean(),
  older: z.array(z.string()),
  unreadable: z.array(z.string()),
});

/** All that is stored is sealed anew. */
const rotationTimeoutMs = 15 * 60_000;

type SecretsAnswer = z.output<typeof secretsAnswer>;

const examples = ['signalbox secrets status', 'signalbox secrets rotate'];

export function secretsCommand(context: CliContext): Command {
  const status = apiCommand({
    name: 'status',
    description: 'Show which key secrets are sealed with, and whose secrets cannot be opened.',
    examples: ['signalbox secrets status', 'signalbox secrets status --json'],
  }).action(async (flags: ConnectionFlags) => {
    const { env, signal } = context;
    const answer = await connect(flags, env).request({ path: '/api/secrets', answer: secretsAnswer, signal });
    print(answer, flags, context);
  });
  const rotate = apiCommand({
    name: 'rotate',
    description: 'Seal all secrets with a new key, while the server runs.',
    examples: ['signalbox secrets rotate'],
    notes:
      'When nothing needs the old key any more it stands in secret.key.<id>.old beside the key file. Keep a copy of the\n' +
      'new one apart from the database, and the old one for as long as there are backups from before.',
  }).action(async (flags: ConnectionFlags) => {
    const { env, signal } = context;
    const answer = await connect(flags, env).request({
      path: '/api/secrets:rotate',
      body: {},
      answer: secretsAnswer,
      signal,
      timeoutMs: rotationTimeoutMs,
    });
    print(answer, flags, context, 'rotated');
  });
  return commandGroup({
    name: 'secrets',
    description: 'Show and change the key that secrets in the database are sealed with.',
    examples,
    list: status,
    others: [rotate],
  });
}

function print(
  { key, rotatable, older, unreadable, ...rest }: SecretsAnswer,
  { json }: ConnectionFlags,
  { terminal: { out } }: CliContext,
  done?: string,
): void {
  if (json) {
    out.line(JSON.stringify({ key, rotatable, older, unreadable, ...rest }));
    return;
  }
  if (done !== undefined) out.line(out.paint('green', done));
  out.line(`key         ${key.id}  since ${timeText(key.since)}`);
  out.line(printable(`from        ${key.from}${rotatable ? '' : '  (you look after it)'}`));
  if (older.length > 0)
    out.line(out.paint('yellow', `older       ${older.join(', ')}  (a rotation has not ended)`));
  for (const name of unreadable) out.line(out.paint('red', printable(`unreadable  ${name}`)));
}
