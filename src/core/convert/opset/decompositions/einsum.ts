/** Einsum (12): two operands after the other, as products of matrices of floats, or as sums of products. */
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf } from '../adapter.ts';
import { naturals } from './counting.ts';
import { reduced, sizeList, sizeOf } from './forms.ts';

/** A value and the letter of each of its axes. */
interface Term {
  readonly value: Value;
  readonly letters: string;
}

const einsum = adapter(down(12, 'Einsum'), (node, onnx) => {
  const { terms, result } = parsed(node);
  const plain = terms.map((term) => withoutRepeats(node, onnx, term));
  let [left, ...others] = plain;
  if (!left) refuse('invalid-model', node, { reason: 'it has no inputs' });
  while (others.length > 0) {
    const [right, ...rest] = others;
    if (!right) break;
    const needed = new Set([...result, ...rest.flatMap(({ letters }) => [...letters])]);
    left = contracted(onnx, summed(onnx, left, needed, right), summed(onnx, right, needed, left), needed);
    others = rest;
  }
  const single = summed(onnx, left, new Set(result));
  const order = [...result].map((letter) => single.letters.indexOf(letter));
  return single.value === operand(node) && order.every((axis, k) => axis === k)
    ? onnx.Identity(single.value)
    : onnx.transpose(single.value, order);
});

/** The axes of an ellipsis get letters of their own; without a result, letters that stand once come in their order. */
function parsed(node: Node): { readonly terms: readonly Term[]; readonly result: string } {
  const equation = node.string('equation', '').replaceAll(' ', '');
  const [inputs = '', given] = equation.split('->');
  const texts = inputs.split(',');
  if (texts.length !== node.inputCount) refuse('invalid-model', node, { reason: `its equation is ${equation}` });
  const ranks = texts.map((text, k) => rankOf(node, k) - text.replace('...', '').length);
  const most = Math.max(0, ...texts.map((text, k) => (text.includes('...') ? (ranks[k] ?? 0) : 0)));
  const free = [...'0123456789!#$%&()*+/:;<=>?@'].slice(0, most).join('');
  if (free.length < most) refuse('invalid-model', node, { reason: `its ellipsis stands for ${most} axes` });
  const terms = texts.map((text, k) => {
    const letters = text.replace('...', free.slice(most - (ranks[k] ?? 0)));
    if (letters.length !== rankOf(node, k)) {
      refuse('invalid-model', node, {
        reason: `its equation is ${equation}, its input ${k} has rank ${rankOf(node, k)}`,
      });
    }
    return { value: operand(node, k), letters };
  });
  if (given !== undefined) return { terms, result: given.replace('...', free) };
  const all = terms.map(({ letters }) => letters).join('');
  const once = [...new Set(all)].filter((letter) => /[a-z]/i.test(letter) && all.split(letter).length === 2);
  return { terms, result: free + once.sort().join('') };
}

/** A letter that stands twice in one term takes the diagonal: all else is set to 0 and summed up. */
function withoutRepeats(node: Node, onnx: OnnxBuilder, { value, letters }: Term): Term {
  const second = [...letters].findIndex((letter, k) => letters.indexOf(letter) < k);
  if (second < 0) return { value, letters };
  const first = letters.indexOf(letters[second] ?? '');
  const size = value.shape?.[first];
  if (typeof size !== 'number') refuse('shape-unknown', node, { reason: 'the size of a diagonal decides' });
  // Both axes as one, of which every (size + 1)-th place is taken.
  const rank = letters.length;
  const others = naturals(rank).filter((axis) => axis !== first && axis !== second);
  const moved = onnx.transpose(value, [...others, first, second]);
  const sizes = others.map((axis) => dimension(onnx, value, axis));
  const flat = onnx.Reshape(moved, sizeList(onnx, [...sizes, size * size]));
  const places = onnx.ints(naturals(size).map((k) => k * (size + 1)));
  const diagonal = onnx.Gather(flat, places, { axis: others.length });
  const kept = others.map((axis) => letters[axis]).join('') + (letters[first] ?? '');
  return withoutRepeats(node, onnx, { value: diagonal, letters: kept });
}

function dimension(onnx: OnnxBuilder, x: Value, axis: number): number | Value {
  const size = x.shape?.[axis];
  return typeof size === 'number' ? size : sizeOf(onnx, x, axis);
}

/** Sums over what nobody needs any more, neither the result nor another term. */
function summed(onnx: OnnxBuilder, { value, letters }: Term, needed: ReadonlySet<string>, other?: Term): Term {
  const axes = naturals(letters.length).filter((axis) => {
    const letter = letters[axis] ?? '';
    return !needed.has(letter) && !other?.letters.includes(letter);
  });
  if (axes.length === 0) return { value, letters };
  const kept = [...letters].filter((_, axis) => !axes.includes(axis)).join('');
  return { value: reduced(onnx, 'ReduceSum', value, axes), letters: kept };
}

function contracted(onnx: OnnxBuilder, left: Term, right: Term, needed: ReadonlySet<string>): Term {
  const shared = [...left.letters].filter((letter) => right.letters.includes(letter));
  const inner = shared.filter((letter) => !needed.has(letter));
  const groups: Groups = {
    batch: shared.filter((letter) => needed.has(letter)).join(''),
    rows: [...left.letters].filter((letter) => !shared.includes(letter)).join(''),
    inner: inner.join(''),
    columns: [...right.letters].filter((letter) => !shared.includes(letter)).join(''),
  };
  const same = shared.every((letter) => sameSize(left, right, letter));
  if (inner.length > 0 && same && isFloat(dtypeOf(left.value))) return product(onnx, left, right, groups);
  return sumOfProducts(onnx, left, right, groups);
}

/** Letters of both and of the result, of one only, and of both alone. */
interface Groups {
  readonly batch: string;
  readonly rows: string;
  readonly inner: string;
  readonly columns: string;
}

/** Sizes of 1 spread in sums of products, but not where axes become one. */
function sameSize(left: Term, right: Term, letter: string): boolean {
  const [a, b] = [left, right].map(({ value, letters }) => value.shape?.[letters.indexOf(letter)]);
  return typeof a === 'number' && a === b;
}

/** [batch ..., rows, inner] by [batch ..., inner, columns]. */
function product(onnx: OnnxBuilder, left: Term, right: Term, { batch, rows, inner, columns }: Groups): Term {
  const a = grouped(onnx, left, batch, [rows, inner]);
  const b = grouped(onnx, right, batch, [inner, columns]);
  const made = onnx.MatMul(a, b);
  const sizes = [
    ...[...batch, ...rows].map((letter) => dimension(onnx, left.value, left.letters.indexOf(letter))),
    ...[...columns].map((letter) => dimension(onnx, right.value, right.letters.indexOf(letter))),
  ];
  const letters = batch + rows + columns;
  const split = rows.length === 1 && columns.length === 1 ? made : onnx.Reshape(made, sizeList(onnx, sizes));
  return { value: split, letters };
}

/** Axes in the order of groups, each of which becomes one axis behind those of the batch. */
function grouped(onnx: OnnxBuilder, { value, letters }: Term, batch: string, groups: readonly string[]): Value {
  const order = [...batch, ...groups.join('')].map((letter) => letters.indexOf(letter));
  const moved = onnx.transpose(value, order);
  if (groups.every((group) => group.length === 1)) return moved;
  const single = (group: string) => {
    const sizes = [...group].map((letter) => value.shape?.[letters.indexOf(letter)]);
    const known = sizes.every((size) => typeof size === 'number');
    return known ? (sizes as readonly number[]).reduce((all, size) => all * size, 1) : undefined;
  };
  const sizes = groups.map(single);
  const open = sizes.filter((size) => size === undefined).length;
  const parts = [...batch].map((letter) => dimension(onnx, value, letters.indexOf(letter)));
  const wholes = groups.map((group, k) => sizes[k] ?? (open === 1 ? -1 : computedSize(onnx, value, letters, group)));
  return onnx.Reshape(moved, sizeList(onnx, [...parts, ...wholes]));
}

function computedSize(onnx: OnnxBuilder, value: Value, letters: string, group: string): Value {
  const sizes = [...group].map((letter) => sizeOf(onnx, value, letters.indexOf(letter)));
  const [first = onnx.ints([1]), ...others] = sizes;
  return others.reduce((all, size) => onnx.Mul(all, size), first);
}

/** Both with all axes, multiplied, and summed over the inner ones. */
function sumOfProducts(onnx: OnnxBuilder, left: Term, right: Term, { batch, rows, inner, columns }: Groups): Term {
  const all = batch + rows + columns + inner;
  const [a, b] = [left, right].map(({ value, letters }) => {
    const present = [...all].filter((letter) => letters.includes(letter));
    const moved = onnx.transpose(
      value,
      present.map((letter) => letters.indexOf(letter)),
    );
    return onnx.unsqueeze(
      moved,
      naturals(all.length).filter((k) => !letters.includes(all[k] ?? '')),
    );
  });
  if (!a || !b) throw new Error('two terms');
  const whole = onnx.Mul(a, b);
  const axes = naturals(inner.length).map((k) => all.length - inner.length + k);
  const value = axes.length > 0 ? reduced(onnx, 'ReduceSum', whole, axes) : whole;
  return { value, letters: batch + rows + columns };
}

export const einsums: readonly Adapter[] = [einsum];
