/*
 * npm run test:crash — breaks what can break under a real server, and holds what it accepted against what came out:
 * kill -9 at random moments, power cuts, a full disk, a disk that cannot sync, a PostgreSQL that goes away.
 */
import { parseArgs } from 'node:util';
import type { Result } from './audit.ts';
import { Findings } from './findings.ts';
import { add, seconds, tallyText } from './progress.ts';
import { Random } from './random.ts';
import { isScenario, scenarios } from './scenarios.ts';

const usage = `npm run test:crash -- [--rounds N] [--seed N] [--store sqlite|postgres] [--only ${Object.keys(scenarios).join('|')}]…`;

const { values: options } = parseArgs({
  options: {
    /** Of kill -9; other scenarios play a fifth of them, unless they are asked for. */
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    store: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});

const findings = new Findings();
const chosen = options.only ?? scenariosOn(options.store);
const nothing: Result = { rounds: 0, accepted: 0, delivered: 0, pending: 0, lost: 0 };
let sum = nothing;
console.log(`seed ${options.seed}`);
for (const name of chosen) sum = add(sum, await play(name));
if (findings.count > 0) console.log(`\n${findings.count} broken promises:`);
findings.print();
console.log(`\n${sum.rounds} rounds, ${tallyText(sum)}`);
process.exit(findings.count > 0 || sum.lost > 0 || sum.accepted === 0 ? 1 : 0);

function scenariosOn(store: string | undefined): readonly string[] {
  if (store === undefined) return Object.keys(scenarios);
  if (store === 'postgres') return ['postgres'];
  if (store === 'sqlite') return Object.keys(scenarios).filter((name) => name !== 'postgres');
  throw new Error(usage);
}

async function play(name: string): Promise<Result> {
  if (!isScenario(name)) throw new Error(usage);
  const { title, play: playIt } = scenarios[name];
  console.log(`\n${title}`);
  const begun = performance.now();
  const all = Number(options.rounds);
  const rounds = name === 'kill' || chosen.length === 1 ? all : Math.ceil(all / 5);
  const result = await playIt({ rounds, random: new Random(Number(options.seed)), findings }).catch(
    (error: unknown) => {
      findings.add(`it could not go on: ${error instanceof Error ? String(error.stack) : String(error)}`);
      return nothing;
    },
  );
  if (typeof result === 'string') {
    console.log(`  skipped: ${result}`);
    return nothing;
  }
  console.log(`  ${tallyText(result)}; ${seconds(performance.now() - begun)}`);
  return result;
}
