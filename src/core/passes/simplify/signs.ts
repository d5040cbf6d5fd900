/** Which values are never negative, by what makes them. */

import { constantOf } from '../../dialects/onnx/data.ts';
import { DATA_TYPES, isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { uniformOf } from './constants.ts';
import { clipBounds, paddingOf } from './forms.ts';

/** How many makers are looked at, one behind the other. */
const DEEPEST = 6;
const MOST_VALUES = 40;

/** Never negative whatever they read. */
const ALWAYS = new Set(
  'Relu Sigmoid HardSigmoid Abs Exp Softmax Softplus ReduceL1 ReduceL2 ReduceSumSquare'.split(' '),
);

/** Never negative where their first input is not. */
const PASSING = new Set(
  `Identity Reshape Flatten Squeeze Unsqueeze Transpose Slice Split Gather Expand Tile MaxPool AveragePool
  GlobalAveragePool GlobalMaxPool ReduceSum ReduceMean ReduceMax ReduceMin DepthToSpace SpaceToDepth Dropout Ceil Round
  Floor Sqrt`.split(/\s+/),
);

/** Never negative where none of their inputs is. */
const JOINING = new Set(['Add', 'Mul', 'Concat', 'Sum', 'Min', 'Mean']);

/** Whether no element can be below 0 (NaN aside). Integers may wrap: of those only unsigned ones are sure. */
export function isNonNegative(value: Value): boolean {
  return new Look().at(value, 0);
}

class Look {
  private seen = 0;

  at(value: Value, depth: number): boolean {
    if (!value.dtype || depth > DEEPEST || this.seen++ > MOST_VALUES) return false;
    if (DATA_TYPES[value.dtype].kind === 'uint' || value.dtype === 'bool') return true;
    if (!isFloat(value.dtype)) return false;
    const node = value.producer;
    if (!node) {
      const constant = constantOf(value);
      const number = constant && uniformOf(constant);
      return number !== undefined && number >= 0;
    }
    // Indices and masks are no data.
    const isData = value.outputIndex === 0 || node.op === 'Split';
    return node.domain === '' && isData && this.madeBy(node, depth + 1);
  }

  private madeBy(node: Node, depth: number): boolean {
    if (ALWAYS.has(node.op)) return true;
    const [x, y] = node.inputs;
    if (!x) return false;
    if (PASSING.has(node.op)) return this.at(x, depth);
    if (node.op === 'Mul' && x === y) return true;
    if (JOINING.has(node.op)) return node.inputs.every((input) => input && this.at(input, depth));
    if (node.op === 'Max') return node.inputs.some((input) => input && this.at(input, depth));
    if (node.op === 'Clip') return (clipBounds(node)?.min ?? -1) >= 0;
    if (node.op !== 'Pad') return false;
    const padding = paddingOf(node);
    const filled = padding && (padding.mode !== 'constant' || (padding.value !== undefined && padding.value >= 0));
    return filled === true && this.at(x, depth);
  }
}
