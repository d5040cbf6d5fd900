/** Of all operators that newer opsets brought what says the same in the opset before. */
import type { Adapter } from '../adapter.ts';
import { activationDecompositions } from './activations.ts';
import { attention } from './attention.ts';
import { bits } from './bits.ts';
import { branches } from './branches.ts';
import { choosing } from './choosing.ts';
import { countedTokens } from './counted-tokens.ts';
import { cropping } from './cropping.ts';
import { deformableConvolution } from './deform-conv.ts';
import { einsums } from './einsum.ts';
import { elementary } from './elementary.ts';
import { finding } from './finding.ts';
import { gathering } from './gathering.ts';
import { gridSample } from './grid-sample.ts';
import { losses } from './losses.ts';
import { matrices } from './matrices.ts';
import { quantized } from './quantized.ts';
import { ranges } from './ranges.ts';
import { recurrentAttention } from './recurrent-attention.ts';
import { refused } from './refused.ts';
import { remainders } from './remainders.ts';
import { roiAlign } from './roi-align.ts';
import { rotaryAndCache } from './rotary.ts';
import { scanning } from './scans.ts';
import { scattering } from './scattering.ts';
import { sequences } from './sequences.ts';
import { signals } from './signals.ts';
import { statistics } from './statistics.ts';
import { suppressing } from './suppression.ts';
import { uniqueness } from './uniqueness.ts';

export const DECOMPOSITIONS: readonly Adapter[] = [
  ...activationDecompositions,
  ...elementary,
  ...remainders,
  ...branches,
  ...choosing,
  ...finding,
  ...ranges,
  ...attention,
  ...recurrentAttention,
  ...rotaryAndCache,
  ...gathering,
  ...scattering,
  ...gridSample,
  ...roiAlign,
  ...losses,
  ...bits,
  ...cropping,
  ...einsums,
  ...signals,
  ...quantized,
  ...matrices,
  ...deformableConvolution,
  ...sequences,
  ...uniqueness,
  ...countedTokens,
  ...suppressing,
  ...scanning,
  ...refused,
  ...statistics,
];
