/** What `simplify` and `--simplify` do, in order. The list is run again until nothing changes any more. */
import { foldBatchNormalization } from './fold-batch-normalization.ts';
import { foldConstants } from './fold-constants.ts';
import type { Pass } from './pass.ts';

export const SIMPLIFICATION: readonly Pass[] = [
  // What is known beforehand.
  foldConstants,
  // Fewer operators for the same.
  foldBatchNormalization,
];
