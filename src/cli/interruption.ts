/** Aborted by Ctrl-C. What follows ends at once, so a second one, e.g. passed on by a launcher, changes nothing. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => controller.abort());
  return controller.signal;
}
