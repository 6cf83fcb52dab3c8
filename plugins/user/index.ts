import {
  accountActions,
  accountSettings,
  defineObjectType,
  definePlugin,
  keepAccounts,
  readAccount,
  z,
} from 'signalbox/sdk';

/** Whatever the reporting system knows of it. */
const details = z.looseObject({
  name: z.string().optional().describe('What the user is called, for one that is not known yet.'),
});

const session = details.extend({
  from: z.string().optional().describe('Address or machine from which it came.'),
});

export const user = defineObjectType({
  name: 'user',
  label: 'User',
  description: 'A person or an account of another system, as that system tells of it.',
  instances: 'required',
  register: true,
  ends: ['deleted'],
  settings: z.looseObject({
    email: z.string().optional().describe('Address of the person.'),
    description: z.string().optional(),
    account: accountSettings.optional().describe('How it is let in and locked out.'),
  }),
  events: {
    login: session,
    logout: session,
    created: details,
    deleted: details,
    enabled: details,
    disabled: details,
  },
  state: {
    login: { loggedIn: true },
    logout: { loggedIn: false },
    created: { enabled: true, deleted: false },
    deleted: { loggedIn: false, deleted: true },
    enabled: { enabled: true },
    disabled: { enabled: false },
  },
  actions: accountActions,
  test: readAccount,
});

export default definePlugin({
  name: 'user',
  api: '^1.0.0',
  description: 'Users: their logins, and accounts that come, go, and are switched on and off.',
  types: [user],
  start: ({ emit, discovered, provide }) => {
    keepAccounts({
      type: 'user',
      emit: (event, emission) => emit(`user.${event}`, emission),
      discovered: (found) => discovered('user', found),
      provide,
    });
  },
});
