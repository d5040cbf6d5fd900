/** What `simplify` and `--simplify` do, in order. The list is run again until nothing changes any more. */
import { foldBatchNormalization } from './fold-batch-normalization.ts';
import { foldConstants } from './fold-constants.ts';
import type { Pass } from './pass.ts';
import { noOps } from './simplify/no-ops.ts';
import { reshapeRules } from './simplify/reshapes.ts';
import { transposeRegionRules } from './simplify/transpose-regions.ts';
import { transposeRules } from './simplify/transposes.ts';

export const SIMPLIFICATION: readonly Pass[] = [
  // What is known beforehand.
  foldConstants,
  // What changes nothing.
  ...noOps,
  ...reshapeRules,
  ...transposeRules,
  ...transposeRegionRules,
  // Fewer operators for the same.
  foldBatchNormalization,
];
