import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { EventView, JsonValue } from '../sdk/index.ts';
import { checkTemplate, compileTemplate } from './template.ts';

const page = readFileSync(new URL('../../docs/messages.md', import.meta.url), 'utf8');
const event = JSON.parse(/```json\n([^]*?)```/.exec(page)?.[1] ?? '') as EventView;
const examples = Array.from(
  page.matchAll(/^\| `(["{[].*?)` +\| `(.*?)` +\|$/gm),
  ([, written = '', sent = '']) => [written, sent] as const,
);

describe('docs/messages.md', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(10);
  });

  it.each(examples)('%s is sent as %s', (written, sent) => {
    const message = JSON.parse(written) as JsonValue;
    expect(checkTemplate(message)).toEqual([]);
    const rendered = compileTemplate(message).render({
      event,
      object: { ...event.object, settings: { host: 'node-7', rack: 4 } },
      run: { id: '019a-11' },
      task: { id: 'tell-ops', name: 'Tell the operators' },
      now: new Date('2025-10-16T15:38:07Z'),
      random: 42,
      timeZone: 'America/New_York',
    });
    expect(rendered).toEqual(JSON.parse(sent));
  });
});
