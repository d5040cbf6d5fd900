/**
 * Random scripted programs whose course depends on their data, converted in one process and compared with PyTorch. Each is
 * right or refused with its place: how many are refused is not counted.
 */
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { rows } from './zoo.mjs';

const FOLDER = inRoot('test/conformance/programs');
const SAMPLE = { seed: 1, count: 60 };

/** Scores the sample; `PROGRAMS_SEED` and `PROGRAMS_COUNT` look further. */
export async function scorePrograms(interpreter) {
  const bundle = inRoot('artifacts/programs.js');
  await bundleForNode(path.join(FOLDER, 'convert.ts'), bundle);
  const seed = process.env.PROGRAMS_SEED ?? SAMPLE.seed;
  const count = process.env.PROGRAMS_COUNT ?? SAMPLE.count;
  console.log(`  ${count} programs from seed ${seed} on`);
  const script = path.join(FOLDER, 'score.py');
  const args = ['-W', 'ignore', script, '--json', '--bundle', bundle, '--seed', String(seed), '--count', String(count)];
  const scored = await rows(interpreter, args, shortened);
  const failed = scored.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'refused').length;
  // A generator that PyTorch takes little of would test nothing.
  const tooFew = scored.length < Number(count) / 2 ? 1 : 0;
  return { rows: scored, counts: { passed: scored.length - failed, failed: failed + tooFew } };
}

function shortened(row) {
  return { ...row, detail: row.detail.split('\n')[0].slice(0, 160) };
}
