/** Activation functions, by the formulas of torch.nn.functional. */

import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { axisFrom, isUnsigned, operand, rankOf, refuseArgument, resultType, sizes } from '../support.ts';

export const activations = lowerings({
  'aten::relu': ({ self }, onnx) => {
    const dtype = dtypeOf(self);
    if (isFloat(dtype)) return onnx.Relu(self);
    return isUnsigned(dtype) ? self : onnx.Max(self, onnx.like(self, 0));
  },
  'aten::relu6': ({ self }, onnx) => onnx.Clip(self, onnx.like(self, 0), onnx.like(self, 6)),

  // ReLU6 is hardtanh(0, 6).
  'aten::hardtanh': ({ self, min_val, max_val }, onnx, node) => {
    const dtype = resultType(node);
    return onnx.Clip(onnx.cast(self, dtype), operand(onnx, min_val, dtype), operand(onnx, max_val, dtype));
  },
  'aten::leaky_relu': ({ self, negative_slope }, onnx) => onnx.LeakyRelu(self, { alpha: Number(negative_slope) }),

  // In evaluation the slope is the mean of its bounds.
  'aten::rrelu': ({ self, lower, upper, training }, onnx, node) => {
    if (training) refuseArgument(node, 'training=True', 'its slopes are random');
    return onnx.LeakyRelu(self, { alpha: (Number(lower) + Number(upper)) / 2 });
  },
  'aten::prelu': ({ self, weight }, onnx, node) => {
    // One slope per channel: axis 1, where there is one.
    const rank = rankOf(self, node);
    const count = sizes(weight, node).reduce((a, b) => a * b, 1);
    const shape = rank === 0 ? [] : rank === 1 ? [count] : [count, ...Array<number>(rank - 2).fill(1)];
    return onnx.PRelu(self, onnx.reshape(weight, shape));
  },
  'aten::_prelu_kernel': ({ self, weight }, onnx) => onnx.PRelu(self, weight),
  'aten::elu': ({ self, alpha, scale, input_scale }, onnx) => {
    if (Number(scale) === 1 && Number(input_scale) === 1) return onnx.Elu(self, { alpha: Number(alpha) });
    // scale * (max(0, x) + alpha * (exp(input_scale * min(0, x)) - 1))
    const zero = onnx.like(self, 0);
    const below = onnx.Mul(onnx.Min(self, zero), onnx.like(self, Number(input_scale)));
    const curve = onnx.Mul(onnx.Sub(onnx.Exp(below), onnx.like(self, 1)), onnx.like(self, Number(alpha)));
    return onnx.Mul(onnx.Add(onnx.Relu(self), curve), onnx.like(self, Number(scale)));
  },
  'aten::selu': ({ self }, onnx) => onnx.Selu(self),
  'aten::celu': ({ self, alpha }, onnx) => {
    if (dtypeOf(self) === 'float32') return onnx.Celu(self, { alpha: Number(alpha) });
    // max(0, x) + min(0, alpha * (exp(x / alpha) - 1)): ONNX has it for float32 only.
    const zero = onnx.like(self, 0);
    const slope = onnx.like(self, Number(alpha));
    const curve = onnx.Mul(slope, onnx.Sub(onnx.Exp(onnx.Div(self, slope)), onnx.like(self, 1)));
    return onnx.Add(onnx.Max(self, zero), onnx.Min(zero, curve));
  },
  'aten::gelu': ({ self, approximate }, onnx) => onnx.Gelu(self, { approximate }),
  'aten::silu': ({ self }, onnx) => onnx.Mul(self, onnx.Sigmoid(self)),
  'aten::mish': ({ self }, onnx) => onnx.Mish(self),
  'aten::hardswish': ({ self }, onnx) => onnx.HardSwish(self),
  'aten::hardsigmoid': ({ self }, onnx) => onnx.HardSigmoid(self, { alpha: 1 / 6, beta: 0.5 }),
  'aten::sigmoid': ({ self }, onnx, node) => onnx.Sigmoid(onnx.cast(self, resultType(node))),
  'aten::tanh': ({ self }, onnx, node) => onnx.Tanh(onnx.cast(self, resultType(node))),
  'aten::log_sigmoid': ({ self }, onnx) => onnx.Neg(onnx.Softplus(onnx.Neg(self))),
  'aten::softplus': ({ self, beta, threshold }, onnx) => {
    const slope = onnx.like(self, Number(beta));
    const scaled = Number(beta) === 1 ? self : onnx.Mul(self, slope);
    const curve = onnx.Softplus(scaled);
    const result = Number(beta) === 1 ? curve : onnx.Div(curve, slope);
    // Beyond the threshold PyTorch gives x itself. From 20 on that is log(1 + exp(x)) but for rounding.
    if (Number(threshold) >= 20) return result;
    return onnx.Where(onnx.Greater(scaled, onnx.like(self, Number(threshold))), self, result);
  },
  'aten::hardshrink': ({ self, lambd }, onnx) => onnx.Shrink(self, { lambd: Number(lambd), bias: 0 }),
  'aten::softshrink': ({ self, lambd }, onnx) => onnx.Shrink(self, { lambd: Number(lambd), bias: Number(lambd) }),
  'aten::threshold': ({ self, threshold, value }, onnx) =>
    onnx.Where(onnx.Greater(self, onnx.like(self, threshold)), self, onnx.like(self, value)),
  'aten::glu': ({ self, dim }, onnx, node) => {
    const [first, gate] = onnx.many('Split', [self], { axis: axisFrom(dim, rankOf(self, node)), num_outputs: 2 }, 2);
    return onnx.Mul(first, onnx.Sigmoid(gate));
  },

  'aten::softmax': ({ self, dim }, onnx, node) => overAxis(self, dim, onnx, resultType(node), 'Softmax'),
  'aten::_softmax': ({ self, dim }, onnx, node) => overAxis(self, dim, onnx, resultType(node), 'Softmax'),
  'aten::log_softmax': ({ self, dim }, onnx, node) => overAxis(self, dim, onnx, resultType(node), 'LogSoftmax'),

  'aten::_log_softmax': ({ self, dim }, onnx, node) => overAxis(self, dim, onnx, resultType(node), 'LogSoftmax'),
  // A row that is minus infinity throughout gives zeros.
  'aten::_safe_softmax': ({ self, dim }, onnx, node) => {
    const x = onnx.cast(self, resultType(node));
    const shares = overAxis(x, dim, onnx, resultType(node), 'Softmax');
    return onnx.Where(onnx.IsInf(x, { detect_positive: 0 }), onnx.like(shares, 0), shares);
  },

  'aten::clamp': ({ self, min, max }, onnx, node) => {
    const dtype = resultType(node);
    const x = onnx.cast(self, dtype);
    const bounds = [min, max].map((each) => (each === undefined ? undefined : operand(onnx, each, dtype)));
    const [low, high] = bounds;
    // Clip takes scalars for bounds; tensors with axes need Max and Min.
    if (bounds.every((each) => each === undefined || each.rank === 0)) return onnx.Clip(x, low, high);
    const raised = low ? onnx.Max(x, low) : x;
    return high ? onnx.Min(raised, high) : raised;
  },
  'aten::clamp_min': ({ self, min }, onnx, node) => {
    const dtype = resultType(node);
    return onnx.Max(onnx.cast(self, dtype), operand(onnx, min, dtype));
  },
  'aten::clamp_max': ({ self, max }, onnx, node) => {
    const dtype = resultType(node);
    return onnx.Min(onnx.cast(self, dtype), operand(onnx, max, dtype));
  },
});

function overAxis(self: Value, dim: number, onnx: OnnxBuilder, dtype: DataType, op: 'Softmax' | 'LogSoftmax'): Value {
  const x = onnx.cast(self, dtype);
  // A scalar is a list of one: its softmax is 1.
  if (x.rank === 0) return onnx.squeeze(onnx[op](onnx.unsqueeze(x, [0]), { axis: 0 }), [0]);
  return onnx[op](x, { axis: dim });
}
