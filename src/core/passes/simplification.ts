/** What `simplify` and `--simplify` do, in order. The list is run again until nothing changes any more. */
import { foldAllConstants } from './fold/fold-constants.ts';
import { foldBatchNormalization } from './fold-batch-normalization.ts';
import type { Pass } from './pass.ts';
import { eliminations } from './simplify/rules.ts';

export const SIMPLIFICATION: readonly Pass[] = [
  // What is known beforehand.
  foldAllConstants,
  // What changes nothing, follows each other, or goes into weights.
  ...eliminations,
  // Fewer operators for the same.
  foldBatchNormalization,
];
