/** Of all operators that newer opsets brought what says the same in the opset before. */
import type { Adapter } from '../adapter.ts';
import { activationDecompositions } from './activations.ts';
import { attention } from './attention.ts';
import { choosing } from './choosing.ts';
import { elementary } from './elementary.ts';
import { ranges } from './ranges.ts';
import { recurrentAttention } from './recurrent-attention.ts';
import { rotaryAndCache } from './rotary.ts';

export const DECOMPOSITIONS: readonly Adapter[] = [
  ...activationDecompositions,
  ...elementary,
  ...choosing,
  ...ranges,
  ...attention,
  ...recurrentAttention,
  ...rotaryAndCache,
];
