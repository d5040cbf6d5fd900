/** Arithmetic of complex numbers, by their real and imaginary parts, and what makes them and takes them apart. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { arcTangent } from '../rules/arithmetic.ts';
import { expandTo } from '../rules/shape.ts';
import { operand, resultDims, resultType } from '../support.ts';
import {
  Complex,
  type ComplexLowering,
  complexLowerings,
  imaginaryOf,
  type Parts,
  partType,
  plain,
  realOf,
  sideBySide,
  takenApart,
} from './complex.ts';
import { bilinear, isParts, type LooseArguments, number, ofReals, zeros } from './partwise.ts';

type OfSelf = ComplexLowering<{ readonly self: Value }>;

/** x² + y². */
function squaredSize({ real, imaginary }: Complex, onnx: OnnxBuilder): Value {
  return onnx.Add(onnx.Mul(real, real), onnx.Mul(imaginary, imaginary));
}

function size(z: Complex, onnx: OnnxBuilder): Value {
  return onnx.Sqrt(squaredSize(z, onnx));
}

function conjugate(z: Parts, onnx: OnnxBuilder): Parts {
  return z instanceof Complex ? new Complex(z.real, onnx.Neg(z.imaginary)) : z;
}

const conjugated: OfSelf = ({ self }, onnx) => conjugate(self, onnx);

/** The number of this size and angle. */
function polar(radius: Value, angle: Value, onnx: OnnxBuilder): Complex {
  return new Complex(onnx.Mul(radius, onnx.Cos(angle)), onnx.Mul(radius, onnx.Sin(angle)));
}

function asComplex(x: Parts, onnx: OnnxBuilder, node: Node): Complex {
  return x instanceof Complex ? x : new Complex(x, imaginaryOf(x, onnx, node));
}

/** A number or a tensor as an operand of the result's type. */
function operandOf(x: Parts | Scalar, onnx: OnnxBuilder, node: Node): Parts {
  const dtype = partType(resultType(node));
  if (!(x instanceof Complex)) return operand(onnx, x, dtype);
  return new Complex(onnx.cast(x.real, dtype), onnx.cast(x.imaginary, dtype));
}

function product(a: Parts | Scalar, b: Parts | Scalar, onnx: OnnxBuilder, node: Node): Parts {
  const [x, y] = [operandOf(a, onnx, node), operandOf(b, onnx, node)];
  return bilinear(x, y, (p, q) => onnx.Mul(p, q), onnx);
}

/** Parts over a real number. */
function scaledDown(z: Parts, by: Value, onnx: OnnxBuilder): Parts {
  if (!(z instanceof Complex)) return onnx.Div(z, by);
  return new Complex(onnx.Div(z.real, by), onnx.Div(z.imaginary, by));
}

function quotient(a: Parts | Scalar, b: Parts | Scalar, onnx: OnnxBuilder, node: Node): Parts {
  const [x, y] = [operandOf(a, onnx, node), operandOf(b, onnx, node)];
  if (!(y instanceof Complex)) return scaledDown(x, y, onnx);
  return scaledDown(product(x, conjugate(y, onnx), onnx, node), squaredSize(y, onnx), onnx);
}

/** A product of matrices or vectors by the operator's rule on real ones. */
const productOf =
  (first: string, second: string) =>
  (args: LooseArguments, onnx: OnnxBuilder, node: Node): Parts => {
    const [a, b] = [args[first], args[second]];
    if (!isParts(a) || !isParts(b)) throw new Error(`${node.operator} lacks an operand`);
    const multiply = (x: Value, y: Value): Value => {
      const [made] = ofReals({ ...args, [first]: x, [second]: y }, onnx, node);
      if (!made) throw new Error(`${node.operator} gives nothing`);
      return made;
    };
    return bilinear(operandOf(a, onnx, node), operandOf(b, onnx, node), multiply, onnx);
  };

/** To another precision, from real numbers, or to their real parts: PyTorch drops the imaginary ones. */
const converted: OfSelf = ({ self }, onnx, node) => {
  const dtype = resultType(node);
  const type = partType(dtype);
  const real = onnx.cast(realOf(self), type);
  if (type === dtype) return real;
  return new Complex(real, self instanceof Complex ? onnx.cast(self.imaginary, type) : zeros(onnx, node));
};

export const complexArithmetic = complexLowerings({
  'aten::view_as_complex': ({ self }, onnx, node) => takenApart(plain(self), onnx, node),
  'aten::view_as_real': ({ self }, onnx, node) => sideBySide(asComplex(self, onnx, node), onnx, node),
  'aten::complex': ({ real, imag }, onnx, node) => {
    const shape = resultDims(node);
    return new Complex(expandTo(onnx, plain(real), shape, node), expandTo(onnx, plain(imag), shape, node));
  },
  'aten::polar': ({ abs, angle }, onnx) => polar(plain(abs), plain(angle), onnx),
  'aten::real': ({ self }) => realOf(self),
  'aten::imag': ({ self }, onnx, node) => asComplex(self, onnx, node).imaginary,
  'aten::conj': conjugated,
  'aten::_conj': conjugated,
  'aten::conj_physical': conjugated,
  'aten::_conj_physical': conjugated,
  'aten::abs': ({ self }, onnx, node) => size(asComplex(self, onnx, node), onnx),
  'aten::angle': ({ self }, onnx, node) => {
    const z = asComplex(self, onnx, node);
    return arcTangent(onnx, z.imaginary, z.real);
  },
  'aten::to': converted,
  'aten::_to_copy': converted,
  'aten::type_as': converted,

  'aten::mul': ({ self, other }, onnx, node) => product(self, other, onnx, node),
  'aten::div': ({ self, other }, onnx, node) => quotient(self, other, onnx, node),
  'aten::square': ({ self }, onnx, node) => product(self, self, onnx, node),
  'aten::reciprocal': ({ self }, onnx, node) => quotient(1, self, onnx, node),
  'aten::exp': ({ self }, onnx, node) => {
    const z = asComplex(self, onnx, node);
    return polar(onnx.Exp(z.real), z.imaginary, onnx);
  },
  'aten::log': ({ self }, onnx, node) => {
    const z = asComplex(self, onnx, node);
    return new Complex(onnx.Log(size(z, onnx)), arcTangent(onnx, z.imaginary, z.real));
  },
  // To the unit circle; zero stays.
  'aten::sgn': ({ self }, onnx, node) => {
    const z = asComplex(self, onnx, node);
    const radius = size(z, onnx);
    const one = number(onnx, node, 1);
    return scaledDown(z, onnx.Where(onnx.Greater(radius, number(onnx, node, 0)), radius, one), onnx);
  },
  'aten::matmul': productOf('self', 'other'),
  'aten::linalg_matmul': productOf('self', 'other'),
  'aten::mm': productOf('self', 'mat2'),
  'aten::bmm': productOf('self', 'mat2'),
  'aten::mv': productOf('self', 'vec'),
  'aten::dot': productOf('self', 'tensor'),
  'aten::outer': productOf('self', 'vec2'),
});
