import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { signalbox } from '../support/command.ts';

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('signalbox-demo-'));

describe('signalbox demo', () => {
  it('shows events, runs and deliveries, one of them refused twice, and ends by itself', async () => {
    const before = leftovers();
    await using demo = signalbox(['demo', '--once', '--port', '0']);
    const { code, out, err } = await demo.ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });

    const lines = (pattern: RegExp): string[] => out.split('\n').filter((line) => pattern.test(line));
    expect(lines(/ event +vm\./)).toHaveLength(3);
    expect(lines(/ run +".+" → webhook\//)).toHaveLength(3);
    expect(lines(/ run +".+" succeeded \d+ ms after the event/)).toHaveLength(3);
    const deliveries = (target: string) =>
      lines(new RegExp(` delivery +attempt \\d at webhook/${target}: `)).map((line) =>
        line.replace(/.*: /, ''),
      );
    expect(deliveries('receiver')).toEqual([
      expect.stringMatching(/^HTTP 200, [\d.]+ ms$/),
      expect.stringMatching(/^HTTP 200, [\d.]+ ms$/),
    ]);
    expect(deliveries('unreliable')).toEqual([
      expect.stringMatching(/^HTTP 503 from 127\.0\.0\.1:\d+, [\d.]+ ms$/),
      expect.stringMatching(/^HTTP 503 from 127\.0\.0\.1:\d+, [\d.]+ ms$/),
      expect.stringMatching(/^HTTP 200, [\d.]+ ms$/),
    ]);
    // There will be no server to send one to.
    expect(out).not.toContain('Send your own event');
    // Nobody looks at it on a terminal.
    expect(out).not.toContain('\u001b');
    expect(leftovers().filter((name) => !before.includes(name))).toEqual([]);
  });

  it("takes one's own event, with the curl line that it prints, until it is stopped", async () => {
    await using demo = signalbox(['demo', '--port', '0']);
    await demo.printed(/Ctrl-C ends the demo/);
    const [, url, token, body] = await demo.printed(
      /curl -s (\S+) -H 'Authorization: (Bearer \S+)' .* -d '(.*)'/,
    );
    const response = await fetch(url!, {
      method: 'POST',
      headers: { authorization: token!, 'content-type': 'application/json' },
      body: body!,
    });
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as { id: string };
    await demo.printed(new RegExp(`event +vm\\.power_on gpu-01 +${id}`));
    expect(await demo.stop()).toBe(0);
  });
});
