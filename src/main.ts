import { runCli } from './cli/run-cli.ts';
import { VERSION } from './sdk/version.ts';

// The server is loaded only by the commands that start one: the others answer at once.
const exitCode = await runCli(process.argv.slice(2), {
  version: VERSION,
  start: async (options) => {
    const { serve } = await import('./serve.ts');
    await serve(options);
  },
  demo: async (options) => {
    const { demo } = await import('./demo/demo.ts');
    await demo(options);
  },
  files: {
    load: async (options) => {
      const { loadDocument } = await import('./config/config-document.ts');
      return loadDocument(options);
    },
    validate: async (options) => {
      const { validateConfig } = await import('./config/validate-config.ts');
      return validateConfig(options);
    },
  },
});

process.exitCode = exitCode;
// A start that failed half-way may have left something open that would keep the process.
if (exitCode !== 0) setTimeout(() => process.exit(), 500).unref();
