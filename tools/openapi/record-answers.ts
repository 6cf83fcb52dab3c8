import { docsExamples, runDocsExample } from '../../test/support/api-docs.ts';
import { startServer } from '../../test/support/command.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import type { RecordedAnswers } from './describe-docs.ts';

const adminToken = 'the-token-of-the-examples';

/** Longer answers, such as the list of all types, would hide what they are to show. */
const longest = 6_000;

/** Runs the examples of docs/api.md on a server of its own, and keeps what it answers, ids and times made the same. */
export async function recordAnswers(): Promise<RecordedAnswers> {
  using folder = temporaryFolder();
  const config = folder.write(
    'signalbox.yaml',
    'plugins: [vm, webhook, schedule, generic]\nlog: { level: silent }\negress: { allow: [127.0.0.0/8] }\n',
  );
  await using server = await startServer(['--config', config, '--data', folder.path], {
    env: { SIGNALBOX_ADMIN_TOKEN: adminToken },
  });
  const variables = {
    url: server.url,
    auth: `Authorization: Bearer ${adminToken}`,
    json: 'Content-Type: application/json',
  };
  const answers = new Map<number, unknown>();
  for (const [index, example] of docsExamples().entries()) {
    const { last, problems } = await runDocsExample(example, variables);
    if (problems.length > 0) throw new Error(`${example.heading}: ${problems.join('; ')}`);
    const answer = steady(last?.body);
    if (answer !== undefined && JSON.stringify(answer).length <= longest) answers.set(index, answer);
  }
  return answers;
}

/** The same at every run: ids, times and secrets are those of the docs. */
function steady(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => steady(item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, steady(inner, key)]));
  if (typeof value === 'number' && name.endsWith('Ms')) return 12;
  if (typeof value !== 'string') return value;
  return value
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '01a1fbfe-3c79-7000-9d3b-45c910d3def2')
    .replace(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/, '2026-03-01T12:00:00.000Z')
    .replace(/\b(sbx|sbsession)_[\w-]{40,}/g, '$1_…')
    .replace(/(?<=127\.0\.0\.1:)\d+/g, '4280');
}
