/** Times simplification of synthetic models of growing size: test/bench/simplify. */
import { readFileSync } from 'node:fs';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { node, step } from './run.mjs';
import { table } from './table.mjs';

const SIZES = ['1000', '10000', '100000'];

/** The table of times against numbers of nodes. */
export async function simplifyTable() {
  const bundle = inRoot('artifacts/simplify-bench.js');
  const file = inRoot('artifacts/simplify-bench.json');
  // Those of the engine in the editor.
  const flags = JSON.parse(readFileSync(inRoot('src/service/node-flags.json'), 'utf8'));
  await bundleForNode(inRoot('test/bench/simplify/run.ts'), bundle);
  await step('Timing simplification', () => node([...flags, bundle, file, ...SIZES], { show: true }));
  const rows = JSON.parse(readFileSync(file, 'utf8')).map(({ before, after, read, simplify, write }) => [
    String(before),
    String(after),
    ...[read, simplify, write].map((time) => `${time.toFixed(0)} ms`),
    `${((1000 * simplify) / before).toFixed(1)} µs`,
  ]);
  return table(['Nodes', 'after', 'Read', 'Simplify', 'Write', 'Simplify, a node'], rows);
}
