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
  console.log(`${signal}: stopping; runs at work may end`);
  await running.stop();
}

function greet({ url, data, configFile, firstToken }: RunningSignalbox): void {
  console.log(`Signalbox listens on ${url}`);
  console.log(`  data           ${data}`);
  console.log(`  configuration  ${configFile ?? 'built-in defaults'}`);
  if (firstToken === undefined) return;
  console.log(`\nThis is the first start. The admin token, shown only now:\n\n  ${firstToken}\n`);
  console.log(`  export SIGNALBOX_TOKEN=${firstToken}`);
  console.log('  npx signalbox emit vm.power_on --object gpu-01\n');
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
