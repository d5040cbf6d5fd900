/** The rules of the simplifier, family by family. Those that take things out come before those that move things. */
import type { PatternRule } from '../pass.ts';
import { noOps } from './no-ops.ts';
import { reshapeRules } from './reshapes.ts';
import { transposeRegionRules } from './transpose-regions.ts';
import { transposeRules } from './transposes.ts';

export const eliminations: readonly PatternRule[] = [
  ...noOps,
  ...reshapeRules,
  ...transposeRules,
  ...transposeRegionRules,
];
