/** Inverses of small matrices, and solutions with them, by Cramer's rule: ONNX has determinants only. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { filled, range, rankOf, refuseArgument, resultDims, sizeAt } from '../support.ts';

/** Larger ones would be thousands of nodes, and round badly. */
const LARGEST = 4;

/** Determinants of the parts of a matrix that rows and columns choose; each is built once. */
class Minors {
  private readonly made = new Map<string, Value>();

  constructor(
    private readonly matrix: Value,
    private readonly onnx: OnnxBuilder,
    private readonly rank: number,
  ) {}

  of(rows: readonly number[], columns: readonly number[]): Value {
    const key = `${rows.join()} ${columns.join()}`;
    let found = this.made.get(key);
    if (!found) {
      found = rows.length === 1 ? this.element(rows[0] ?? 0, columns[0] ?? 0) : this.expanded(rows, columns);
      this.made.set(key, found);
    }
    return found;
  }

  private element(row: number, column: number): Value {
    const { onnx, rank } = this;
    const line = onnx.Gather(this.matrix, onnx.constant(BigInt(row)), { axis: rank - 2 });
    return onnx.Gather(line, onnx.constant(BigInt(column)), { axis: rank - 2 });
  }

  /** Along the first row. */
  private expanded([row = 0, ...rows]: readonly number[], columns: readonly number[]): Value {
    const { onnx } = this;
    return columns
      .map((column) => {
        const others = columns.filter((each) => each !== column);
        return onnx.Mul(this.of([row], [column]), this.of(rows, others));
      })
      .reduce((sum, term, k) => (k % 2 === 0 ? onnx.Add(sum, term) : onnx.Sub(sum, term)));
  }
}

/** Cofactors, transposed, over the determinant. */
function inverse(matrix: Value, onnx: OnnxBuilder, node: Node): Value {
  const rank = rankOf(matrix, node);
  const size = sizeAt(matrix, rank - 1, node);
  if (size > LARGEST)
    refuseArgument(
      node,
      `a matrix of ${size} rows`,
      `ONNX inverts none, and only those of up to ${LARGEST} are written out`,
    );
  if (size === 1) return onnx.Reciprocal(matrix);
  const minors = new Minors(matrix, onnx, rank);
  const all = range(size);
  const without = (place: number) => all.filter((each) => each !== place);
  const cofactor = (row: number, column: number) => {
    const minor = minors.of(without(row), without(column));
    return (row + column) % 2 === 0 ? minor : onnx.Neg(minor);
  };
  const entries = all.flatMap((row) => all.map((column) => onnx.unsqueeze(cofactor(column, row), [rank - 2])));
  const flat = onnx.Concat(...entries, { axis: rank - 2 });
  const determinant = onnx.unsqueeze(minors.of(all, all), [rank - 2, rank - 1]);
  return onnx.Div(onnx.reshape(flat, matrix.shape ?? []), determinant);
}

function solved(a: Value, b: Value, left: boolean, onnx: OnnxBuilder, node: Node): Value {
  const inverted = inverse(a, onnx, node);
  // One vector for each matrix, by the shape of the result.
  const vector = rankOf(b, node) === 1 || rankOf(node.output(), node) === rankOf(a, node) - 1;
  if (vector) return onnx.squeeze(onnx.MatMul(inverted, onnx.unsqueeze(b, [rankOf(b, node)])), [rankOf(a, node) - 1]);
  return left ? onnx.MatMul(inverted, b) : onnx.MatMul(b, inverted);
}

/** PyTorch's code of success for each matrix. */
function success(output: number, onnx: OnnxBuilder, node: Node): Value {
  return filled(onnx, resultDims(node, output), 0, 'int32');
}

export const inverses = lowerings({
  'aten::inverse': ({ self }, onnx, node) => inverse(self, onnx, node),
  'aten::linalg_inv': ({ A }, onnx, node) => inverse(A, onnx, node),
  'aten::linalg_inv_ex': ({ A }, onnx, node) => [inverse(A, onnx, node), success(1, onnx, node)],
  'aten::linalg_solve': ({ A, B, left }, onnx, node) => solved(A, B, left, onnx, node),
  'aten::linalg_solve_ex': ({ A, B, left }, onnx, node) => [solved(A, B, left, onnx, node), success(1, onnx, node)],
});
