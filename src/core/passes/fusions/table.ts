/** Many operators that are one: for targets that choose them. */
import type { PatternRule } from '../pass.ts';
import { erfGelu, swish, tanhGelu } from './activations.ts';

export const FUSIONS: readonly PatternRule[] = [erfGelu, tanhGelu, swish];
