/** What `simplify` and `--simplify` do, in order. */

import { ONNX_TARGET } from '../targets/onnx.ts';
import type { Target } from '../targets/target.ts';
import { mergeCommon } from './cleanup/common-subexpressions.ts';
import { dropConstantInputs, liftConstants } from './cleanup/constant-places.ts';
import { removeDeadCode } from './cleanup/dead-code.ts';
import { dropLoopStates } from './cleanup/loop-states.ts';
import { mergeConstants } from './cleanup/tied.ts';
import { foldByRuntime } from './fold/fold-by-runtime.ts';
import { foldAllConstants } from './fold/fold-constants.ts';
import { inferTypes } from './fold/infer-types.ts';
import { constantSizes } from './fold/size-targets.ts';
import { fusionsNamed } from './fusions/table.ts';
import { inlineBranches } from './inline/branches.ts';
import { hoistFromLoops } from './inline/hoist.ts';
import { inlineLoops } from './inline/loops.ts';
import type { Pass } from './pass.ts';
import { eliminations } from './simplify/rules.ts';

/** With the operators that a target wants made of several. The list is run again until nothing changes any more. */
export function simplificationFor({ fusions }: Pick<Target, 'fusions'>): readonly Pass[] {
  const list: readonly Pass[] = [
    inferTypes,
    // Constants, each once, and what is known beforehand.
    dropConstantInputs,
    liftConstants,
    foldAllConstants,
    foldByRuntime,
    mergeConstants,
    constantSizes,
    // What is decided beforehand.
    inlineBranches,
    inlineLoops,
    dropLoopStates,
    hoistFromLoops,
    // What is computed twice, or for nobody.
    mergeCommon,
    // Before others take such operators apart or their constants away.
    ...fusionsNamed(fusions),
    removeDeadCode,
    // What changes nothing, follows each other, or goes into weights.
    ...eliminations,
  ];
  // What a target wants may be what all want.
  return [...new Set(list)];
}

/** What `simplify` does to a model that stays ONNX. */
export const SIMPLIFICATION: readonly Pass[] = simplificationFor(ONNX_TARGET);
