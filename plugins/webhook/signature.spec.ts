import { describe, expect, it } from '@jest/globals';
import { createSigner, isSigningSecret } from './signature.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
// The example of the Standard Webhooks specification and its libraries.
const message = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
};
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

describe('a signature', () => {
  it('is the one that Standard Webhooks prescribes', () => {
    expect(createSigner([{ secret }])(message)).toBe(signature);
  });

  it('is made with each secret during a rotation', () => {
    const signed = createSigner([{ secret: other }, { secret }])(message).split(' ');
    expect(signed).toHaveLength(2);
    expect(signed[1]).toBe(signature);
    expect(signed[0]).not.toBe(signature);
  });

  it('is no longer made with a secret whose time is over', () => {
    const sign = createSigner([{ secret: other }, { secret, validUntil: '2021-02-25T15:02:10Z' }]);
    expect(sign(message).split(' ')).toHaveLength(2);
    expect(sign({ ...message, timestamp: message.timestamp + 1 }).split(' ')).toHaveLength(1);
  });
});

describe('a signing secret', () => {
  it.each([
    secret,
    other,
    `whsec_${Buffer.alloc(24).toString('base64')}`,
    `whsec_${Buffer.alloc(64).toString('base64')}`,
  ])('may be %s', (text) => {
    expect(isSigningSecret(text)).toBe(true);
  });

  it.each([
    '',
    'whsec_',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_not base64 at all!!!!!!!!!!!!!!',
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS',
  ])('may not be %j', (text) => {
    expect(isSigningSecret(text)).toBe(false);
  });
});
