/**
 * Proves conversions between opsets for some operators or tests, for work on their rules.
 *
 *   node scripts/opset.mjs --ops Softmax,LogSoftmax --to 7-26 --list
 *   node scripts/opset.mjs --tests 'test_gelu*' --to 7-19 --list
 */
import path from 'node:path';
import { proveOpsets } from './lib/opset-suite.mjs';
import { CACHE } from './lib/paths.mjs';

// The environment that the conformance suites made: asking whether all of it is there takes longer than the proof.
const interpreter = path.join(process.env.ZOO_VENV ?? path.join(CACHE, 'python'), 'bin/python');
await proveOpsets(interpreter, process.argv.slice(2));
