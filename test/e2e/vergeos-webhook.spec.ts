import { describe, expect, it } from '@jest/globals';
import { deliver } from '../support/wired-webhook.ts';

describe('a webhook as VergeOS has it', () => {
  it('sends a message with variables, a bearer token and headers', async () => {
    const { headers, body } = await deliver({
      settings: {
        auth: { type: 'bearer', token: 'xoxb-1' },
        headers: [
          { name: 'content-type', value: 'application/json' },
          { name: 'X-Priority', value: 'high' },
        ],
        allowInsecureCertificates: false,
        timeout: 5,
        retries: 3,
      },
      task: {
        message: {
          text: 'Sync Error Alert: ${NAME} failed at ${DATE}',
          epoch: '${TIMESTAMP}',
          nonce: '${RANDOM}',
        },
      },
    });
    expect(headers).toMatchObject({
      authorization: 'Bearer xoxb-1',
      'content-type': 'application/json',
      'x-priority': 'high',
    });
    expect(JSON.parse(body)).toEqual({
      text: expect.stringMatching(
        /^Sync Error Alert: Machine hook failed at \w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d \S+$/,
      ),
      epoch: expect.any(Number),
      nonce: expect.any(Number),
    });
  });
});
