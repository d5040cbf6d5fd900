/** Fourier transforms of PyTorch (torch.fft): over one axis or several, of real or complex numbers, both ways. */
import type { Expression } from '../../../ir/expression.ts';
import type { Node } from '../../../ir/node.ts';
import { type Dim, multiply, subtract } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { axesFrom, axisFrom, dimAt, range, rankOf, refuseArgument, resultType } from '../support.ts';
import { Complex, complexLowerings, type Parts, partType, realOf } from './complex.ts';
import { complexTransform, fromHalfSpectrum, halfOf, halfSpectrum, type Norm, normOf, resized } from './transform.ts';

/** The axes that are transformed, each to a length; undefined leaves its own. */
interface Plan {
  readonly axes: readonly number[];
  readonly lengths: readonly (Dim | undefined)[];
  readonly norm: string | undefined;
}

interface OneAxis {
  readonly self: Value;
  readonly n: number | Expression | undefined;
  readonly dim: number;
  readonly norm: string | undefined;
}

interface Several {
  readonly self: Value;
  readonly s: readonly (number | Expression)[] | undefined;
  readonly dim: readonly number[] | undefined;
  readonly norm: string | undefined;
}

function planOfOne(
  { self, n, dim, norm }: OneAxis | { self: Parts; n: Dim; dim: number; norm: string | undefined },
  node: Node,
): Plan {
  return { axes: [axisFrom(dim, rankOf(realOf(self), node))], lengths: [n], norm };
}

/** Without axes the last ones, as many as there are lengths, or all. */
function planOfSeveral(args: { self: Parts } & Omit<Several, 'self'>, node: Node): Plan {
  const rank = rankOf(realOf(args.self), node);
  const { s, dim, norm } = args;
  const axes = dim ? axesFrom(dim, rank) : range(s?.length ?? rank, rank - (s?.length ?? rank));
  const lengths = axes.map((_, k) => (s?.[k] === -1 ? undefined : s?.[k]));
  return { axes, lengths, norm };
}

type PlanOf<Args> = (args: Args, node: Node) => Plan;

/** The numbers as floats of the result's precision. */
function asFloats(x: Parts, onnx: OnnxBuilder, node: Node): Parts {
  const dtype = partType(resultType(node));
  if (!(x instanceof Complex)) return onnx.cast(x, dtype);
  return new Complex(onnx.cast(x.real, dtype), onnx.cast(x.imaginary, dtype));
}

function onParts(x: Parts, change: (part: Value) => Value): Parts {
  return x instanceof Complex ? new Complex(change(x.real), change(x.imaginary)) : change(x);
}

function conjugate(z: Parts, onnx: OnnxBuilder): Parts {
  return z instanceof Complex ? new Complex(z.real, onnx.Neg(z.imaginary)) : z;
}

/** All axes one after the other. */
function transformed(x: Parts, plan: Plan, inverse: boolean, onnx: OnnxBuilder, node: Node): Parts {
  let z = x;
  for (const [k, axis] of plan.axes.entries()) {
    const length = plan.lengths[k];
    if (length !== undefined) z = onParts(z, (part) => resized(part, axis, length, onnx, node));
    z = complexTransform(z, { axis, inverse, norm: normOf(plan.norm, inverse, node) }, onnx, node);
  }
  return z;
}

/** The last axis from real numbers to half a spectrum, the others from there. */
function realTransformed(x: Value, plan: Plan, onnx: OnnxBuilder, node: Node): Parts {
  const [axis, length, rest] = lastOf(plan);
  const fitted = length === undefined ? x : resized(x, axis, length, onnx, node);
  const half = halfSpectrum(fitted, { axis, inverse: false, norm: normOf(plan.norm, false, node) }, onnx, node);
  return transformed(half, rest, false, onnx, node);
}

/** The last axis from half a spectrum to real numbers, after the others. `inverse` tells the sign of the turn. */
function toReal(x: Parts, plan: Plan, onnx: OnnxBuilder, node: Node): Value {
  const [axis, given, rest] = lastOf(plan);
  const z = transformed(x, rest, true, onnx, node);
  const length = given ?? multiply(2, subtract(dimAt(realOf(z), axis, node), 1));
  const fitted = onParts(z, (part) => resized(part, axis, halfOf(length), onnx, node));
  const whole = fitted instanceof Complex ? fitted : new Complex(fitted, onnx.Mul(fitted, onnx.like(fitted, 0)));
  return fromHalfSpectrum(whole, length, { axis, inverse: true, norm: normOf(plan.norm, true, node) }, onnx, node);
}

function lastOf({ axes, lengths, norm }: Plan): readonly [axis: number, length: Dim | undefined, rest: Plan] {
  return [axes.at(-1) ?? 0, lengths.at(-1), { axes: axes.slice(0, -1), lengths: lengths.slice(0, -1), norm }];
}

/** A transform the other way is scaled the other way too. */
function opposite(plan: Plan): Plan {
  const { norm } = plan;
  return { ...plan, norm: norm === 'ortho' ? norm : norm === 'forward' ? 'backward' : 'forward' };
}

const complexToComplex =
  <Args extends { readonly self: Parts }>(planOf: PlanOf<Args>, inverse: boolean) =>
  (args: Args, onnx: OnnxBuilder, node: Node): Parts =>
    transformed(asFloats(args.self, onnx, node), planOf(args, node), inverse, onnx, node);

const realToHalf =
  <Args extends { readonly self: Parts }>(planOf: PlanOf<Args>) =>
  (args: Args, onnx: OnnxBuilder, node: Node): Parts =>
    realTransformed(realOf(asFloats(args.self, onnx, node)), planOf(args, node), onnx, node);

const halfToReal =
  <Args extends { readonly self: Parts }>(planOf: PlanOf<Args>) =>
  (args: Args, onnx: OnnxBuilder, node: Node): Parts =>
    toReal(asFloats(args.self, onnx, node), planOf(args, node), onnx, node);

/** Real numbers from a signal that equals its conjugate backwards: the inverse, of the conjugate, scaled as the other way. */
const hermitianToReal =
  <Args extends { readonly self: Parts }>(planOf: PlanOf<Args>) =>
  (args: Args, onnx: OnnxBuilder, node: Node): Parts =>
    toReal(conjugate(asFloats(args.self, onnx, node), onnx), opposite(planOf(args, node)), onnx, node);

const realToHermitian =
  <Args extends { readonly self: Parts }>(planOf: PlanOf<Args>) =>
  (args: Args, onnx: OnnxBuilder, node: Node): Parts => {
    const x = realOf(asFloats(args.self, onnx, node));
    return conjugate(realTransformed(x, opposite(planOf(args, node)), onnx, node), onnx);
  };

/** `fft_norm_mode` of ATen/native/SpectralOpsUtils.h. */
const MODES: readonly Norm[] = ['one', 'root', 'length'];

interface Primitive {
  readonly self: Parts;
  readonly dim: readonly number[];
  readonly normalization: number;
}

/** What PyTorch's own decompositions end in: one scale for all axes. */
function primitive({ dim, normalization, self }: Primitive, forward: boolean, node: Node): Plan {
  const mode = MODES[normalization] ?? refuseArgument(node, `normalization=${normalization}`, 'there is none such');
  const norm = mode === 'root' ? 'ortho' : (mode === 'one') === forward ? 'backward' : 'forward';
  const axes = axesFrom(dim, rankOf(realOf(self), node));
  return { axes, lengths: axes.map(() => undefined), norm };
}

/** A spectrum without imaginary parts gives real numbers from real ones. */
export const toReals = {
  'aten::fft_irfft': halfToReal(planOfOne),
  'aten::fft_hfft': hermitianToReal(planOfOne),
  'aten::fft_irfft2': halfToReal(planOfSeveral),
  'aten::fft_irfftn': halfToReal(planOfSeveral),
};

export const fourier = complexLowerings({
  ...toReals,
  'aten::fft_fft': complexToComplex(planOfOne, false),
  'aten::fft_ifft': complexToComplex(planOfOne, true),
  'aten::fft_rfft': realToHalf(planOfOne),
  'aten::fft_ihfft': realToHermitian(planOfOne),
  'aten::fft_fft2': complexToComplex(planOfSeveral, false),
  'aten::fft_ifft2': complexToComplex(planOfSeveral, true),
  'aten::fft_rfft2': realToHalf(planOfSeveral),
  'aten::fft_fftn': complexToComplex(planOfSeveral, false),
  'aten::fft_ifftn': complexToComplex(planOfSeveral, true),
  'aten::fft_rfftn': realToHalf(planOfSeveral),
  'aten::_fft_c2c': (args, onnx, node) =>
    transformed(asFloats(args.self, onnx, node), primitive(args, args.forward, node), !args.forward, onnx, node),
  'aten::_fft_r2c': (args, onnx, node) => {
    const plan = primitive(args, true, node);
    const x = realOf(asFloats(args.self, onnx, node));
    return args.onesided ? realTransformed(x, plan, onnx, node) : transformed(x, plan, false, onnx, node);
  },
  'aten::_fft_c2r': (args, onnx, node) => {
    const { axes, lengths, norm } = primitive(args, false, node);
    const plan = { axes, norm, lengths: [...lengths.slice(0, -1), args.last_dim_size] };
    return toReal(asFloats(args.self, onnx, node), plan, onnx, node);
  },
});
