/** What `simplify` and `--simplify` do, in order. The list is run again until nothing changes any more. */
import { mergeCommon } from './cleanup/common-subexpressions.ts';
import { dropConstantInputs, liftConstants } from './cleanup/constant-places.ts';
import { removeDeadCode } from './cleanup/dead-code.ts';
import { mergeConstants } from './cleanup/tied.ts';
import { foldAllConstants } from './fold/fold-constants.ts';
import { inferTypes } from './fold/infer-types.ts';
import { constantSizes } from './fold/size-targets.ts';
import { inlineBranches } from './inline/branches.ts';
import { inlineLoops } from './inline/loops.ts';
import type { Pass } from './pass.ts';
import { eliminations } from './simplify/rules.ts';

export const SIMPLIFICATION: readonly Pass[] = [
  inferTypes,
  // Constants, each once, and what is known beforehand.
  dropConstantInputs,
  liftConstants,
  foldAllConstants,
  mergeConstants,
  constantSizes,
  // What is decided beforehand.
  inlineBranches,
  inlineLoops,
  // What is computed twice, or for nobody.
  mergeCommon,
  removeDeadCode,
  // What changes nothing, follows each other, or goes into weights.
  ...eliminations,
];
