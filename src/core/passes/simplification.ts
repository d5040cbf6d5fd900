/** What `simplify` and `--simplify` do, in order. The list is run again until nothing changes any more. */
import { mergeCommon } from './cleanup/common-subexpressions.ts';
import { dropConstantInputs, liftConstants } from './cleanup/constant-places.ts';
import { removeDeadCode } from './cleanup/dead-code.ts';
import { mergeConstants } from './cleanup/tied.ts';
import { foldAllConstants } from './fold/fold-constants.ts';
import type { Pass } from './pass.ts';
import { eliminations } from './simplify/rules.ts';

export const SIMPLIFICATION: readonly Pass[] = [
  // Constants, each once, and what is known beforehand.
  dropConstantInputs,
  liftConstants,
  foldAllConstants,
  mergeConstants,
  // What is computed twice, or for nobody.
  mergeCommon,
  removeDeadCode,
  // What changes nothing, follows each other, or goes into weights.
  ...eliminations,
];
