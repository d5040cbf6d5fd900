/** What is run as `graphwright`: the command line, with the code that an earlier run of the same command compiled. */
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { VERSION } from '../core/version.ts';
import { runCompiled } from './compiled.ts';

// Most runs end before it pays to optimise code: V8 is to wait until a function is some fifteen times as busy as usual.
setFlagsFromString('--interrupt-budget=2000000');

const command = /^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? 'none';
const keep = runCompiled(fileURLToPath(new URL('cli-main.cjs', import.meta.url)), VERSION, command);
if (keep) process.once('exit', (status) => status === 0 && keep());
