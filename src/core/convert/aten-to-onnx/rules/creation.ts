/** New tensors. Their shapes are known, so that small ones are written out and large ones are filled by one node. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { Expression } from '../../../ir/expression.ts';
import type { Node } from '../../../ir/node.ts';
import { elementCount, isStatic, subtract } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { filled, operand, placesOf, range, resultDims, resultType } from '../support.ts';

const filledWith =
  (value: Scalar): Lowering<object> =>
  (_, onnx, node) =>
    filled(onnx, resultDims(node), value, resultType(node));

const full: Lowering<{ readonly fill_value: Scalar | Expression }> = ({ fill_value }, onnx, node) =>
  filled(onnx, resultDims(node), fill_value, resultType(node));

/** Sequences of at most this many elements are written out. */
const WRITTEN_OUT = 4096;

/** `start + k * step` for each place; a Range where that is long. */
function sequence(onnx: OnnxBuilder, start: Scalar | Expression, step: Scalar | Expression, node: Node): Value {
  const dtype = resultType(node);
  const [count] = resultDims(node);
  if (typeof count !== 'number' || start instanceof Expression || step instanceof Expression) {
    // Places are counted in integers: a Range of floats may end one too early or too late.
    const places = onnx.Range(onnx.constant(0n), onnx.size(count), onnx.constant(1n));
    const exact = typeof start !== 'number' && typeof step !== 'number';
    const wide = onnx.cast(places, exact ? 'int64' : 'float64');
    const scaled = step === 1n ? wide : onnx.Mul(wide, operand(onnx, step, dtypeOf(wide)));
    return onnx.cast(start === 0n ? scaled : onnx.Add(scaled, operand(onnx, start, dtypeOf(wide))), dtype);
  }
  if (count <= WRITTEN_OUT) {
    const exact = typeof start === 'bigint' && typeof step === 'bigint';
    const at = (k: number) => (exact ? start + BigInt(k) * step : Number(start) + k * Number(step));
    return onnx.constant(
      Tensor.of(
        dtype,
        [count],
        range(count).map((k) => whole(at(k), dtype)),
      ),
    );
  }
  const end = Number(start) + (count - 0.5) * Number(step);
  return onnx.Range(
    onnx.constant(start, dtype),
    onnx.constant(dtype.startsWith('int') ? Math.ceil(end) : end, dtype),
    onnx.constant(step, dtype),
  );
}

function whole(value: number | bigint, dtype: string): number | bigint {
  return typeof value === 'number' && dtype === 'int64' ? BigInt(Math.trunc(value)) : value;
}

/** `steps` numbers from a to b, as float64: the first half counted from a, the second from b. */
function evenly(onnx: OnnxBuilder, a: number, b: number, steps: Expression): Value {
  const number = (value: number) => onnx.constant(value, 'float64');
  const places = onnx.cast(placesOf(onnx, steps), 'float64');
  const last = onnx.cast(onnx.size(subtract(steps, 1)), 'float64');
  const step = onnx.Div(number(b - a), onnx.Max(last, number(1)));
  const fromStart = onnx.Add(onnx.Mul(places, step), number(a));
  const fromEnd = onnx.Sub(number(b), onnx.Mul(onnx.Sub(last, places), step));
  // k is below the middle where 2k < steps, thus where 2k <= last.
  const first = onnx.LessOrEqual(onnx.Mul(places, number(2)), last);
  return onnx.Where(first, fromStart, fromEnd);
}

export const creation = lowerings({
  'aten::zeros': filledWith(0n),
  'aten::zeros_like': filledWith(0n),
  'aten::new_zeros': filledWith(0n),
  'aten::ones': filledWith(1n),
  'aten::ones_like': filledWith(1n),
  'aten::new_ones': filledWith(1n),
  // What an empty tensor holds is left open: zeros will do.
  'aten::empty': filledWith(0n),
  'aten::empty_like': filledWith(0n),
  'aten::new_empty': filledWith(0n),
  'aten::empty_permuted': filledWith(0n),
  'aten::empty_strided': filledWith(0n),
  'aten::new_empty_strided': filledWith(0n),
  'aten::full': full,
  'aten::full_like': full,
  'aten::new_full': full,
  'aten::scalar_tensor': ({ s }, onnx, node) => filled(onnx, [], s, resultType(node)),

  'aten::arange': ({ start, step }, onnx, node) => sequence(onnx, start ?? 0n, step ?? 1n, node),
  'aten::linspace': ({ start, end, steps }, onnx, node) => {
    if (typeof start === 'object' || typeof end === 'object') throw new Error('linspace of tensors');
    const dtype = resultType(node);
    const [a, b] = [Number(start), Number(end)];
    if (typeof steps === 'object') return onnx.cast(evenly(onnx, a, b, steps), dtype);
    const step = steps > 1 ? (b - a) / (steps - 1) : 0;
    // From both ends, as PyTorch does: the last element is the end itself.
    const at = (k: number) => (k < steps / 2 ? a + k * step : b - (steps - 1 - k) * step);
    return onnx.constant(
      Tensor.of(
        dtype,
        [steps],
        range(steps).map((k) => whole(at(k), dtype)),
      ),
    );
  },
  'aten::logspace': ({ start, end, steps, base }, onnx, node) => {
    if (typeof start === 'object' || typeof end === 'object') throw new Error('logspace of tensors');
    const dtype = resultType(node);
    const [a, b] = [Number(start), Number(end)];
    const step = steps > 1 ? (b - a) / (steps - 1) : 0;
    const values = range(steps).map((k) => whole(base ** (a + k * step), dtype));
    return onnx.constant(Tensor.of(dtype, [steps], values));
  },
  'aten::tril_indices': ({ row, col, offset }, onnx, node) => places(onnx, row, col, node, (r, c) => c - r <= offset),
  'aten::triu_indices': ({ row, col, offset }, onnx, node) => places(onnx, row, col, node, (r, c) => c - r >= offset),
  'aten::eye': (_, onnx, node) => {
    const shape = resultDims(node);
    const dtype = resultType(node);
    if (!isStatic(shape) || elementCount(shape) > WRITTEN_OUT) return onnx.EyeLike(filled(onnx, shape, 0n, dtype));
    const [rows = 0, columns = 0] = shape;
    return onnx.constant(
      Tensor.of(
        dtype,
        shape,
        range(rows).flatMap((r) => range(columns).map((c) => (r === c ? 1 : 0))),
      ),
    );
  },
});

/** The rows and columns of all places that pass a test: [2, count]. */
function places(
  onnx: OnnxBuilder,
  rows: number,
  columns: number,
  node: Node,
  test: (row: number, column: number) => boolean,
): Value {
  const found = range(rows).flatMap((r) => range(columns).flatMap((c) => (test(r, c) ? [[r, c] as const] : [])));
  const list = [...found.map(([r]) => r), ...found.map(([, c]) => c)];
  return onnx.constant(Tensor.of(resultType(node), [2, found.length], list));
}
