/** The rules of the simplifier, family by family. */
import type { PatternRule } from '../pass.ts';
import { affineBeforeRules } from './affine-before-weights.ts';
import { affineRules } from './affine-into-weights.ts';
import { arithmeticRules } from './arithmetic.ts';
import { constantChainRules } from './constant-chains.ts';
import { constantLayoutRules } from './constant-layouts.ts';
import { cutRules } from './cuts.ts';
import { linearChainRules } from './linear-chains.ts';
import { noOps } from './no-ops.ts';
import { paddingRules } from './padding-into-windows.ts';
import { pickRules } from './picks.ts';
import { productRules } from './products.ts';
import { reshapeRules } from './reshapes.ts';
import { scalarRules } from './scalars.ts';
import { transposeRegionRules } from './transpose-regions.ts';
import { transposeRules } from './transposes.ts';

/** In whatever order they are offered, as few nodes are left; which of two forms is left may depend on it. */
export const RULE_FAMILIES: readonly (readonly PatternRule[])[] = [
  noOps,
  arithmeticRules,
  constantChainRules,
  cutRules,
  reshapeRules,
  pickRules,
  constantLayoutRules,
  affineRules,
  affineBeforeRules,
  scalarRules,
  productRules,
  linearChainRules,
  paddingRules,
  transposeRules,
  transposeRegionRules,
];

export const eliminations: readonly PatternRule[] = RULE_FAMILIES.flat();
