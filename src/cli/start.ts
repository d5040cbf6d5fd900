/** What is run as `graphwright`: the command line, with the code that an earlier run of the same command compiled. */
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { VERSION } from '../core/version.ts';
import { runCompiled } from './compiled.ts';

// Most runs end before code that V8 optimises pays for that: it waits until a function is eight times as busy as usual.
setFlagsFromString('--interrupt-budget=1000000');

const command = /^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? 'none';
const keep = runCompiled(fileURLToPath(new URL('cli-main.cjs', import.meta.url)), VERSION, command);
if (keep) process.once('exit', (status) => status === 0 && keep());
