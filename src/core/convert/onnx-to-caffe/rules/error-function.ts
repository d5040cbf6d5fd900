/** Erf, and Gelu, which is made of it. Layers of their own: Tencent/ncnn src/layer/{erf,gelu}.cpp, which caffe2ncnn passes on. */
import type { Value } from '../../../ir/value.ts';
import type { CaffeBuilder } from '../builder.ts';
import { type CaffeRules, directOr } from '../rule.ts';
import { affine, product } from '../support.ts';

/**
 * How far tanh(x P(x x)) is from erf(x / sqrt(2)) at most, relative to it: less than the distance of two numbers of single precision.
 * It is another function all the same, so that it is told of. Proven on a grid: test/unit/core/convert/onnx-to-caffe/inexact.test.ts.
 */
export const ERF_BOUND = 1e-7;

/** Of the polynomial P, the lowest power first: fitted for the least relative error. Beyond 6, where tanh has reached 1, x P grows on. */
export const ERF_COEFFICIENTS = [
  0.7978846365948096, 0.03633434820913277, -3.391130726583126e-5, -5.478170390412636e-5, 3.873052957534727e-6,
  -1.2525635169110876e-7, 1.5672495008348781e-9,
] as const;

/** What inexact.test.ts measures of the layers in single precision. */
const ERF_ERROR = '5e-7 of what is right';
const GELU_ERROR = '3e-7 of x';

/** Tells that the tanh of a polynomial stands for erf. */
function tellError(caffe: CaffeBuilder, error: string): void {
  caffe.approximate(
    `erf is the tanh of a polynomial there; at 200,001 numbers from -10 to 10 it is off by at most ${error}`,
  );
}

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
  Erf: directOr((node, caffe) => {
    tellError(caffe, ERF_ERROR);
    return errorFunction(caffe, affine(caffe, caffe.input(node, 0), Math.SQRT2, 0));
  }),
  Gelu: (node, caffe) => {
    const x = caffe.input(node, 0);
    if (node.string('approximate', 'none') === 'tanh') return geluOfTanh(caffe, x);
    const own = caffe.backend.direct.Gelu;
    if (own !== undefined) return caffe.layer(own, [x]);
    tellError(caffe, GELU_ERROR);
    return product(caffe, x, affine(caffe, errorFunction(caffe, x), 0.5, 0.5));
  },
};
