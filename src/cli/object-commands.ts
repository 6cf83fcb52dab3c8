import type { Command } from 'commander';
import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { exitCodes } from './exit-codes.ts';
import { printDocument } from './output.ts';
import { printable } from './terminal.ts';
import { apiCommand, idArgument, type Bound, article } from './resources/bound.ts';
import { objects, objectsOf, type ObjectItem } from './resources/objects.ts';
import { resourceCommands } from './resources/resource-commands.ts';

export function objectsCommand(context: CliContext): Command {
  const bound = { resource: objects, context };
  return resourceCommands(bound, {
    more: [testCommand(bound)],
    examples: [
      'signalbox objects list --type vm --tag vms/gpu',
      'signalbox objects create vm/gpu-01 --name "GPU 01" --tag vms/gpu',
      'signalbox objects edit webhook/slack-ops',
      'signalbox objects test webhook/slack-ops',
    ],
  });
}

export function webhooksCommand(context: CliContext): Command {
  const resource = objectsOf('webhook', {
    command: 'webhooks',
    one: 'webhook',
    description: 'The objects of the type webhook: where messages are sent to.',
    example: 'slack-ops',
    settings: ['url=https://hooks.example.com/T0/B1', 'timeout=7'],
  });
  const bound = { resource, context };
  return resourceCommands(bound, {
    more: [testCommand(bound)],
    examples: [
      'signalbox webhooks create slack-ops --set settings.url=https://hooks.example.com/T0/B1',
      'signalbox webhooks test slack-ops',
      'signalbox webhooks patch slack-ops --set settings.auth.type=bearer --secret settings.auth.token',
    ],
  });
}

const testAnswer = z.looseObject({
  ok: z.boolean(),
  durationMs: z.number(),
  result: z.json().optional(),
  error: z.string().optional(),
  sent: z.json().optional(),
  received: z.json().optional(),
});

function testCommand({ resource, context }: Bound<ObjectItem>): Command {
  const { command: group, one, id } = resource;
  return apiCommand({
    name: 'test',
    description: `Try ${article(one)} out at once: a webhook sends a small message. Exit code 1 when the test fails.`,
    examples: [`signalbox ${group} test ${id.example}`],
  })
    .addArgument(idArgument(resource))
    .action(async (name: string, flags: ConnectionFlags) => {
      const { terminal, env, signal } = context;
      const request = { method: 'POST', path: `${id.path(name)}/test` } as const;
      const answer = await connect(flags, env).request({ ...request, answer: testAnswer, signal });
      if (flags.json) terminal.out.line(JSON.stringify(answer));
      else printTest(name, answer, context);
      if (!answer.ok) context.exitWith?.(exitCodes.failed);
    });
}

function printTest(
  name: string,
  answer: z.output<typeof testAnswer>,
  { terminal: { out } }: CliContext,
): void {
  const { ok, durationMs, error, ...exchange } = answer;
  const verdict = ok ? out.paint('green', 'works') : out.paint('red', 'failed');
  out.line(`${verdict}  ${name}, ${durationMs} ms${error === undefined ? '' : `: ${printable(error)}`}`);
  if (Object.keys(exchange).length > 0) printDocument(out, exchange);
}
