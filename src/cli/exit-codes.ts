/** How a command ends. `docs/cli.md` tells users the same. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  conflict: 6,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  failed: 'anything else went wrong: what was sent is not valid, a test failed, a file cannot be read',
  usage: 'the command line is wrong; nothing was done (`plan`: there are changes, and wrong usage is 1)',
  notFound: 'what was named does not exist',
  refused: 'not allowed: no token, a token that is not accepted, or one without the scope',
  unreachable: 'no Signalbox answers, or it cannot at present: trying again later may help',
  conflict: 'it exists already, is still in use, has been changed meanwhile, or is not in a state for it',
};

/** The exit code that an answer of the API leads to. */
export function exitCodeOf(status: number): ExitCode {
  switch (status) {
    case 401:
    case 403:
      return exitCodes.refused;
    case 404:
      return exitCodes.notFound;
    case 409:
    case 412:
    case 428:
      return exitCodes.conflict;
    case 502:
    case 503:
    case 504:
      return exitCodes.unreachable;
    default:
      return exitCodes.failed;
  }
}
