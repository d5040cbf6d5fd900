/** Comparison, logic and choice. Operands are compared in their common type. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { DEFAULT_FLOAT } from '../../../dialects/aten/promotion.ts';
import { isFloat } from '../../../ir/dtype.ts';
import type { Expression } from '../../../ir/expression.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { commonType, operand, resultType } from '../support.ts';

type Operands = { readonly self: Value | Scalar; readonly other: Value | Scalar };

const compare =
  (op: 'Equal' | 'Less' | 'LessOrEqual' | 'Greater' | 'GreaterOrEqual', negated = false): Lowering<Operands> =>
  ({ self, other }, onnx) => {
    const common = commonType(self, other);
    // ONNX orders no booleans.
    const dtype = common === 'bool' && op !== 'Equal' ? 'int32' : common;
    const result = onnx[op](operand(onnx, self, dtype), operand(onnx, other, dtype));
    return negated ? onnx.Not(result) : result;
  };

const logical =
  (op: 'And' | 'Or' | 'Xor'): Lowering<{ readonly self: Value; readonly other: Value }> =>
  ({ self, other }, onnx) =>
    onnx[op](onnx.cast(self, 'bool'), onnx.cast(other, 'bool'));

export const comparison = lowerings({
  'aten::eq': compare('Equal'),
  'aten::ne': compare('Equal', true),
  'aten::lt': compare('Less'),
  'aten::le': compare('LessOrEqual'),
  'aten::gt': compare('Greater'),
  'aten::ge': compare('GreaterOrEqual'),

  'aten::logical_and': logical('And'),
  'aten::logical_or': logical('Or'),
  'aten::logical_xor': logical('Xor'),
  'aten::logical_not': ({ self }, onnx) => onnx.Not(onnx.cast(self, 'bool')),

  'aten::where.self': ({ condition, self, other }, onnx, node) => choose(onnx, node, condition, self, other),
  'aten::where.ScalarSelf': ({ condition, self, other }, onnx, node) => choose(onnx, node, condition, self, other),
  'aten::where.ScalarOther': ({ condition, self, other }, onnx, node) => choose(onnx, node, condition, self, other),
  'aten::where.Scalar': ({ condition, self, other }, onnx, node) => choose(onnx, node, condition, self, other),
  'aten::masked_fill': ({ self, mask, value }, onnx, node) => choose(onnx, node, mask, value, self),
  'aten::isclose': ({ self, other, rtol, atol, equal_nan }, onnx) => {
    // The tolerance is a fraction: integers are compared as floats.
    const common = commonType(self, other);
    const dtype = isFloat(common) ? common : DEFAULT_FLOAT;
    const [a, b] = [onnx.cast(self, dtype), onnx.cast(other, dtype)];
    const bound = onnx.Add(onnx.Mul(onnx.Abs(b), onnx.like(b, rtol)), onnx.like(b, atol));
    // Infinities are close to themselves, though their difference is no number.
    const close = onnx.Or(onnx.Equal(a, b), onnx.LessOrEqual(onnx.Abs(onnx.Sub(a, b)), bound));
    return equal_nan ? onnx.Or(close, onnx.And(onnx.IsNaN(a), onnx.IsNaN(b))) : close;
  },
});

function choose(
  onnx: OnnxBuilder,
  node: Node,
  condition: Value,
  yes: Value | Scalar | Expression,
  no: Value | Scalar,
): Value {
  const dtype = resultType(node);
  const [test, a, b] = [onnx.cast(condition, 'bool'), operand(onnx, yes, dtype), operand(onnx, no, dtype)];
  // Few runtimes choose between truths.
  if (dtype === 'bool') return onnx.Or(onnx.And(test, a), onnx.And(onnx.Not(test), b));
  return onnx.Where(test, a, b);
}
