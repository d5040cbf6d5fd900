/**
 * What is run as `graphwright`: the command line, with the code that an earlier run of the same command compiled. Built as
 * CommonJS.
 */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { VERSION } from '../core/version.ts';
import { runCompiled } from './compiled.ts';

// Most runs end before it pays to optimise code: V8 is to wait until a function is some fifteen times as busy as usual.
setFlagsFromString('--interrupt-budget=2000000');
// Nearly all of a graph lives to the end: small rooms for new objects, of 1, 2, 4, ... MB, would only be copied again and
// again. The second is as large as V8 lets it become, 16 MB.
setFlagsFromString('--semi-space-growth-factor=16');

const command = /^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? 'none';
const keep = runCompiled(join(__dirname, 'cli-main.cjs'), require, VERSION, command);
if (keep) process.once('exit', (status) => status === 0 && keep());
