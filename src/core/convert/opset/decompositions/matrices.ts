/** Det (11) of small matrices, by minors. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from '../adapter.ts';
import { naturals } from './counting.ts';

/** The number of minors grows as 2 to the size. */
const LARGEST = 8;

const determinant = adapter(down(11, 'Det'), (node, onnx) => {
  const x = operand(node);
  const rank = rankOf(node);
  const size = x.shape?.[rank - 1] ?? x.shape?.[rank - 2];
  if (typeof size !== 'number') refuse('shape-unknown', node, { reason: 'the size of its matrix decides' });
  if (size > LARGEST) tooOld(node, 11, `its matrix has ${size} rows, and minors are written out up to ${LARGEST}`);
  return ofMinors(node, onnx, x, rank, size);
});

/** Of the first 1, 2, ... rows the minors of every choice of as many columns, each from those of one row less. */
function ofMinors(node: Node, onnx: OnnxBuilder, x: Value, rank: number, size: number): Value {
  let minors = new Map<number, Value>();
  for (const row of naturals(size)) {
    const cells = onnx.Gather(x, onnx.constant(BigInt(row)), { axis: rank - 2 });
    const cell = naturals(size).map((column) => onnx.Gather(cells, onnx.constant(BigInt(column)), { axis: rank - 2 }));
    const next = new Map<number, Value>();
    for (const columns of naturals(2 ** size).filter((each) => countOf(each) === row + 1)) {
      const minor = expanded(onnx, minors, cell, columns, row);
      if (minor) next.set(columns, minor);
    }
    minors = next;
  }
  return minors.get(2 ** size - 1) ?? refuse('invalid-model', node, { reason: 'its matrix is empty' });
}

/** Along the last row; columns are the bits of a number. */
function expanded(
  onnx: OnnxBuilder,
  minors: ReadonlyMap<number, Value>,
  cells: readonly Value[],
  columns: number,
  row: number,
): Value | undefined {
  let sum: Value | undefined;
  const chosen = naturals(cells.length).filter((column) => columns & (1 << column));
  for (const [place, column] of chosen.entries()) {
    const cell = cells[column];
    const minor = minors.get(columns & ~(1 << column));
    if (!cell) continue;
    const term = minor ? onnx.Mul(cell, minor) : cell;
    const isPositive = (row + place) % 2 === 0;
    if (!sum) sum = isPositive ? term : onnx.Neg(term);
    else sum = isPositive ? onnx.Add(sum, term) : onnx.Sub(sum, term);
  }
  return sum;
}

function countOf(bits: number): number {
  return [...bits.toString(2)].filter((digit) => digit === '1').length;
}

export const matrices: readonly Adapter[] = [determinant];
