/** All rules of this conversion. An operator that has none is one that no Caffe backend can express. */
import type { CaffeRules } from './rule.ts';
import { activations } from './rules/activations.ts';
import { arithmetic } from './rules/arithmetic.ts';
import { convolution } from './rules/convolution.ts';
import { einsums } from './rules/einsum.ts';
import { errorFunctions } from './rules/error-function.ts';
import { linear } from './rules/linear.ts';
import { normalization } from './rules/normalization.ts';
import { places } from './rules/places.ts';
import { pooling } from './rules/pooling.ts';
import { rearranging } from './rules/rearranging.ts';
import { recurrence } from './rules/recurrent.ts';
import { reduction } from './rules/reduction.ts';
import { resizing } from './rules/resize.ts';
import { shape } from './rules/shape.ts';
import { thresholds } from './rules/thresholds.ts';

export const CAFFE_RULES: CaffeRules = {
  ...activations,
  ...arithmetic,
  ...convolution,
  ...einsums,
  ...errorFunctions,
  ...linear,
  ...normalization,
  ...places,
  ...pooling,
  ...rearranging,
  ...recurrence,
  ...reduction,
  ...resizing,
  ...shape,
  ...thresholds,
};
