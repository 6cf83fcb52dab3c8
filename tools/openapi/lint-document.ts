import { Spectral, type RulesetDefinition } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** What the recommended rules of Spectral and of Redocly have to say of a file; nothing, if all is well. */
export async function lintDocument(file: string): Promise<readonly string[]> {
  return [...(await bySpectral(file)), ...(await byRedocly(file))];
}

async function bySpectral(file: string): Promise<readonly string[]> {
  const spectral = new Spectral();
  spectral.setRuleset({ extends: [[oas, 'recommended']] } as RulesetDefinition);
  const findings = await spectral.run(await readFile(file, 'utf8'));
  return findings.map(({ code, path, message }) => `spectral ${String(code)}: ${path.join('.')}: ${message}`);
}

interface RedoclyReport {
  readonly problems: readonly {
    readonly ruleId: string;
    readonly message: string;
    readonly location: readonly { readonly pointer?: string }[];
  }[];
}

async function byRedocly(file: string): Promise<readonly string[]> {
  const cli = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js');
  const args = [cli, 'lint', '--extends=recommended', '--format=json', '--max-problems=1000', file];
  // It neither asks for newer versions nor tells anybody what it is used for.
  const env = {
    ...process.env,
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    CI: 'true',
  };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    env,
    maxBuffer: 2 ** 26,
  }).catch(
    // With findings it ends with 1, and has printed them.
    (error: unknown) => error as { readonly stdout: string; readonly stderr: string },
  );
  if (!stdout.startsWith('{')) return [`redocly: ${stderr}`];
  const { problems } = JSON.parse(stdout) as RedoclyReport;
  return problems.map(
    ({ ruleId, message, location }) => `redocly ${ruleId}: ${location[0]?.pointer ?? ''}: ${message}`,
  );
}
