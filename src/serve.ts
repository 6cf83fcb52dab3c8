import { startSignalbox, type RunningSignalbox } from './bootstrap.ts';
import type { StartOptions } from './cli/start-command.ts';
import { blamePlugin } from './kernel/plugins/plugin-scope.ts';
import { stopSignal } from './stop-signal.ts';

/** `signalbox start`: runs until it is told to stop. */
export async function serve({ config: file, data, port, host }: StartOptions): Promise<void> {
  guardAgainstPlugins();
  const running = await startSignalbox({
    file,
    env: process.env,
    overrides: { data, server: { host, port } },
  });
  greet(running);
  const signal = await stopSignal();
  console.log(`${signal}: stopping; waiting for the runs at work`);
  await running.stop();
}

/** Where the command looks for the server when it is told nothing else. */
const defaultUrl = 'http://127.0.0.1:4280';

function greet({ url, data, configFiles, setupToken }: RunningSignalbox): void {
  console.log(`Signalbox listens on ${url}`);
  console.log(`  data           ${data}`);
  console.log(`  configuration  ${configFiles.join(', ') || 'built-in defaults'}`);
  if (setupToken === undefined) return;
  const where = url === defaultUrl ? '' : `--url ${url} `;
  console.log(
    '\nNobody may use it yet. Make the first user and an API token, within 60 minutes, in another terminal:\n',
  );
  console.log(`  npx signalbox setup ${where}${setupToken}\n`);
}

/** An error that escapes from a plugin marks that plugin down; any other one ends the process, as it should. */
function guardAgainstPlugins(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      if (blamePlugin(error)) return;
      console.error('Signalbox cannot go on:', error);
      process.exit(1);
    });
  }
}
