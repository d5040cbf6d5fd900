/** Products of matrices. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { stridedSource, Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { rankOf, resultType, sizes } from '../support.ts';

/** `x` times the transpose of `weight` [out, in]. */
function timesTransposed(onnx: OnnxBuilder, x: Value, weight: Value, node: Node): Value {
  return onnx.MatMul(x, transposedMatrix(onnx, weight, node));
}

/**
 * A weight that nobody else reads is turned while it is written (a strided view of the same bytes), as runtimes expect
 * it; a shared one keeps its bytes and gets a Transpose, which runtimes fold.
 */
function transposedMatrix(onnx: OnnxBuilder, weight: Value, node: Node): Value {
  const { constant } = weight;
  const [rows = 1, columns = 1] = sizes(weight, node);
  const original = node.input(1);
  if (!constant || !original || original.useCount > 1 || weight.useCount > 0) return onnx.transpose(weight, [1, 0]);
  const shape = [columns, rows];
  const source = stridedSource(constant.source, constant.dtype, shape, [1, columns], 0);
  const turned = new Tensor(constant.dtype, shape, source);
  onnx.graph.initializers.delete(weight);
  return onnx.graph.addInitializer({ name: onnx.unique(`${weight.name ?? 'weight'}_transposed`), constant: turned });
}

function scaled(onnx: OnnxBuilder, x: Value, factor: Scalar): Value {
  return Number(factor) === 1 ? x : onnx.Mul(x, onnx.like(x, factor));
}

/** `beta * self + alpha * product`; PyTorch does not read `self` where beta is 0. */
function plus(onnx: OnnxBuilder, self: Value, product: Value, beta: Scalar, alpha: Scalar): Value {
  const summand = scaled(onnx, product, alpha);
  return Number(beta) === 0 ? summand : onnx.Add(scaled(onnx, self, beta), summand);
}

export const linear = lowerings({
  'aten::linear': ({ input, weight, bias }, onnx, node) => {
    const rank = rankOf(input, node);
    if (rankOf(weight, node) === 1) {
      const product = onnx.MatMul(input, weight);
      return bias ? onnx.Add(product, bias) : product;
    }
    if (rank === 2) return onnx.Gemm(input, weight, bias, { transB: 1 });
    const product = timesTransposed(onnx, input, weight, node);
    return bias ? onnx.Add(product, bias) : product;
  },
  'aten::matmul': ({ self, other }, onnx) => onnx.MatMul(self, other),
  'aten::mm': ({ self, mat2 }, onnx) => onnx.MatMul(self, mat2),
  'aten::bmm': ({ self, mat2 }, onnx) => onnx.MatMul(self, mat2),
  'aten::mv': ({ self, vec }, onnx) => onnx.MatMul(self, vec),
  'aten::dot': ({ self, tensor }, onnx) => onnx.MatMul(self, tensor),
  'aten::vdot': ({ self, other }, onnx) => onnx.MatMul(self, other),
  'aten::linalg_matmul': ({ self, other }, onnx) => onnx.MatMul(self, other),
  'aten::addmm': ({ self, mat1, mat2, beta, alpha }, onnx) => {
    // Gemm scales by floats, and wants `self` to spread over the product.
    if (!isFloat(dtypeOf(self))) return plus(onnx, self, onnx.MatMul(mat1, mat2), beta, alpha);
    const summand = Number(beta) === 0 ? undefined : self;
    return onnx.Gemm(mat1, mat2, summand, { alpha: Number(alpha), beta: summand ? Number(beta) : 1 });
  },
  'aten::addmv': ({ self, mat, vec, beta, alpha }, onnx) => plus(onnx, self, onnx.MatMul(mat, vec), beta, alpha),
  'aten::addbmm': ({ self, batch1, batch2, beta, alpha }, onnx) =>
    plus(onnx, self, onnx.ReduceSum(onnx.MatMul(batch1, batch2), onnx.ints([0]), { keepdims: 0 }), beta, alpha),
  'aten::baddbmm': ({ self, batch1, batch2, beta, alpha }, onnx) =>
    plus(onnx, self, onnx.MatMul(batch1, batch2), beta, alpha),
  'aten::outer': ({ self, vec2 }, onnx, node) => {
    const dtype = resultType(node);
    return onnx.Mul(onnx.unsqueeze(onnx.cast(self, dtype), [1]), onnx.unsqueeze(onnx.cast(vec2, dtype), [0]));
  },
  'aten::einsum': ({ equation, tensors }, onnx) => onnx.Einsum(...tensors, { equation: equation.replaceAll(' ', '') }),
});
