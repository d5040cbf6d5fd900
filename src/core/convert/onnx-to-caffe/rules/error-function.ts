/** Erf, and Gelu, which is made of it. Layers of their own: Tencent/ncnn src/layer/{erf,gelu}.cpp, which caffe2ncnn passes on. */
import type { Value } from '../../../ir/value.ts';
import type { CaffeBuilder } from '../builder.ts';
import { type CaffeRules, directOr } from '../rule.ts';
import { affine, product } from '../support.ts';

/**
 * How far tanh(x P(x x)) is from erf(x / sqrt(2)) at most, and x / 2 times that, as Gelu has it: less than one unit in the last place of
 * numbers from 1 on (2^-23), by which single precision rounds a result that is added to 1. So it counts as exact. Proven on a grid:
 * test/unit/core/convert/onnx-to-caffe/inexact.test.ts.
 */
export const ERF_BOUND = 7e-8;

/** Of the polynomial P, the lowest power first: fitted for the least error. Beyond 6, where tanh has reached 1, x P grows on. */
export const ERF_COEFFICIENTS = [
  0.7978849414894262, 0.03633296304064942, -3.237449553298266e-5, -5.5427851816958105e-5, 3.991460461919588e-6,
  -1.3469088541630547e-7, 1.8314201979073265e-9,
] as const;

/** erf(x / sqrt(2)). */
function errorFunction(caffe: CaffeBuilder, x: Value): Value {
  const square = product(caffe, x, x);
  const [last, ...others] = ERF_COEFFICIENTS.toReversed();
  const [next, ...rest] = others;
  const highest = affine(caffe, square, last ?? 0, next ?? 0);
  const value = rest.reduce((sum, each) => affine(caffe, product(caffe, sum, square), 1, each), highest);
  return caffe.layer('TanH', [product(caffe, x, value)]);
}

/** The approximation that some models name: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))). */
function geluOfTanh(caffe: CaffeBuilder, x: Value): Value {
  const cube = product(caffe, product(caffe, x, x), affine(caffe, x, 0.044715, 0));
  const inner = affine(caffe, caffe.layer('Eltwise', [x, cube]), Math.sqrt(2 / Math.PI), 0);
  return product(caffe, affine(caffe, x, 0.5, 0), affine(caffe, caffe.layer('TanH', [inner]), 1, 1));
}

export const errorFunctions: CaffeRules = {
  Erf: directOr((node, caffe) => errorFunction(caffe, affine(caffe, caffe.input(node, 0), Math.SQRT2, 0))),
  Gelu: (node, caffe) => {
    const x = caffe.input(node, 0);
    if (node.string('approximate', 'none') === 'tanh') return geluOfTanh(caffe, x);
    const own = caffe.backend.direct.Gelu;
    if (own !== undefined) return caffe.layer(own, [x]);
    return product(caffe, x, affine(caffe, errorFunction(caffe, x), 0.5, 0.5));
  },
};
