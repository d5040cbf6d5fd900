/**
 * What is run as `graphwright`: the command line, with the code that an earlier run of the same command compiled. Built as
 * CommonJS.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { VERSION } from '../core/version.ts';
import { runCompiled } from './compiled.ts';

/** Begins the names by which parts ask for each other. */
const PART = 'part:';

// Under other flags than its own Node compiles its modules anew: those that every command needs are loaded before.
void [process.stdout, process.stderr, parseArgs({ args: [] })];
// Most runs end before it pays to optimise code: V8 is to wait until a function is some fifteen times as busy as usual.
setFlagsFromString('--interrupt-budget=2000000');

const command = /^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? 'none';

/** What the parts of the program give each other (scripts/lib/two-parts.mjs). */
interface FirstPart {
  shared(): unknown;
}
interface Rest {
  readonly modules: Readonly<Record<string, () => unknown>>;
}

let rest: Rest | undefined;
const first = run('cli-main.cjs') as FirstPart;

/** Runs a part; once the command is done it keeps what was compiled of it. */
function run(name: string): unknown {
  const { exports, keep } = runCompiled(join(__dirname, name), find, VERSION, command);
  if (keep) process.once('exit', (status) => status === 0 && keep());
  return exports;
}

/** A module of Node, or what one part asks of the other. */
function find(id: string): unknown {
  if (!id.startsWith(PART)) return require(id);
  const asked = id.slice(PART.length);
  if (asked === 'shared') return first.shared();
  rest ??= run('cli-rest.cjs') as Rest;
  return rest.modules[asked]?.();
}
