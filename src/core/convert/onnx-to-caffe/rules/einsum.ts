/** Einsum of one or two operands: axes that both keep come first, those that are summed stand where a product of matrices sums. */
import type { Node } from '../../../ir/node.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { constantTimes, matrixProduct } from '../products.ts';
import type { CaffeRules } from '../rule.ts';
import { affine, reshaped } from '../support.ts';
import { transposed } from '../transposing.ts';
import { permuted, weightOf } from '../weights.ts';
import { timesConstant } from './linear.ts';
import { overAxes } from './reduction.ts';

interface Equation {
  readonly inputs: readonly string[];
  readonly output: string;
}

/** `ij,jk->ik`; where nothing is said of the result, what stands once in the order of the alphabet. */
function equationOf(node: Node, caffe: CaffeBuilder): Equation {
  const [given = '', said] = node.string('equation', '').replaceAll(' ', '').split('->');
  const inputs = given.split(',');
  const all = inputs.join('');
  const once = [...new Set(all)].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  const output = said ?? once.join('');
  if (inputs.length > 2) caffe.refuseAttribute(`${inputs.length} operands`, 'products are made of two');
  if (all.includes('.')) caffe.refuseAttribute('"..." in its equation', 'axes are told by letters');
  if (inputs.some((letters) => new Set(letters).size < letters.length))
    caffe.refuseAttribute('a letter twice in one operand', 'no layer takes diagonals');
  return { inputs, output };
}

/** The sum over axes that no one else has, which go. */
function summed(caffe: CaffeBuilder, x: Value, letters: string, keeps: (letter: string) => boolean): Value {
  const own = sizesOf(x);
  const gone = [...letters].flatMap((letter, axis) => (keeps(letter) ? [] : [axis]));
  if (gone.length === 0) return x;
  const ranges = gone.toReversed().map((axis) => ({ first: axis, last: axis }));
  const count = elementCount(gone.map((axis) => own[axis] ?? 1));
  const made = affine(caffe, overAxes(caffe, x, ranges, 'AVE'), count, 0);
  const kept = own.filter((_, axis) => !gone.includes(axis));
  return reshaped(caffe, made, kept.length === 0 ? [1] : kept);
}

const kept = (letters: string, keeps: (letter: string) => boolean): string => [...letters].filter(keeps).join('');

/** The axes in the order of other letters. */
function arranged<Operand extends Value | Tensor>(
  letters: string,
  wanted: string,
  operand: Operand,
  turn: (operand: Operand, order: readonly number[]) => Operand,
): Operand {
  return letters === wanted
    ? operand
    : turn(
        operand,
        [...wanted].map((letter) => letters.indexOf(letter)),
      );
}

function einsum(node: Node, caffe: CaffeBuilder): Value {
  const { inputs, output } = equationOf(node, caffe);
  const [left = '', right] = inputs;
  const move = (x: Value, order: readonly number[]) => transposed(caffe, x, order);
  if (right === undefined) {
    const keeps = (letter: string) => output.includes(letter);
    const x = summed(caffe, caffe.input(node, 0), left, keeps);
    return arranged(kept(left, keeps), output, x, move);
  }
  const inBoth = [...left].filter((letter) => right.includes(letter));
  const batch = inBoth.filter((letter) => output.includes(letter)).join('');
  const inner = inBoth.filter((letter) => !output.includes(letter)).join('');
  const [rows, columns] = [left, right].map((letters) =>
    kept(letters, (letter) => output.includes(letter) && !batch.includes(letter)),
  ) as [string, string];
  const size = sizeOfLetters(node);
  const count = (letters: string) => elementCount([...letters].map((letter) => size(letter)));
  const own = [...batch].map((letter) => size(letter));
  // Some frameworks have one image, which stands in front.
  const heads = caffe.backend.blobRefusal([...own, count(rows), count(inner)]) === undefined ? own : [1, ...own];
  const operand = (index: number, letters: string, wanted: string, shape: readonly number[]): Value => {
    const keeps = (letter: string) => wanted.includes(letter);
    const x = summed(caffe, caffe.input(node, index), letters, keeps);
    return reshaped(caffe, arranged(kept(letters, keeps), wanted, x, move), shape);
  };
  const matrices = (index: number, letters: string, wanted: string, shape: readonly number[]): Tensor | undefined => {
    const value = node.input(index);
    const tensor = value && !caffe.blobOf(value) ? weightOf(value) : undefined;
    return tensor && wanted.length === letters.length
      ? arranged(letters, wanted, tensor, permuted).reshaped(shape)
      : undefined;
  };
  const a = [0, left, batch + rows + inner, [...heads, count(rows), count(inner)]] as const;
  const b = [1, right, batch + inner + columns, [...heads, count(inner), count(columns)]] as const;
  const [fixedA, fixedB] = [matrices(...a), matrices(...b)];
  const made = fixedB
    ? timesConstant(caffe, operand(...a), fixedB)
    : fixedA
      ? constantTimes(caffe, fixedA, operand(...b))
      : matrixProduct(caffe, operand(...a), operand(...b));
  const letters = batch + rows + columns;
  return arranged(
    letters,
    output,
    reshaped(
      caffe,
      made,
      [...letters].map((letter) => size(letter)),
    ),
    move,
  );
}

/** How long the axis of a letter is. */
function sizeOfLetters(node: Node): (letter: string) => number {
  const operands = node.string('equation', '').replaceAll(' ', '').split('->')[0]?.split(',') ?? [];
  return (letter) => {
    const index = operands.findIndex((letters) => letters.includes(letter));
    return Number(node.input(index)?.shape?.[operands[index]?.indexOf(letter) ?? -1] ?? 1);
  };
}

export const einsums: CaffeRules = { Einsum: einsum };
