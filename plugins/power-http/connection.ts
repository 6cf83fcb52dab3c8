import { defineObjectType, PermanentError } from 'signalbox/sdk';
import { describe, send } from './request.ts';
import { httpSettings } from './settings.ts';

export const http = defineObjectType({
  name: 'http',
  label: 'HTTP requests',
  description:
    'A system that switches machines or accounts on and off when it is asked over HTTP. A user names it in `via`: http/<key>.',
  settings: httpSettings,
  /** Whether it answers at its url, and takes the credentials. */
  async test({ object, http: client, signal }) {
    const access = { http: client, settings: object.settings, signal };
    const response = await send(access, { method: 'GET', url: object.settings.url });
    const { status } = response;
    if (status >= 500 || status === 401 || status === 403)
      throw new PermanentError(describe(response, access));
    return { status };
  },
});
