/** Operators that scale and shift each channel by constants: `y = x * scale + shift`. */
import type { Node } from '../../ir/node.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { combined, mapped, type Numbers, numbersOf, single } from './numbers.ts';
import { givesOne } from './rule.ts';

export const AFFINE_OPERATORS = ['BatchNormalization', 'Mul', 'Div', 'Add', 'Sub', 'Neg'];

export interface Affine {
  readonly x: Value;
  /** Undefined where it leaves its input as large as it is. */
  readonly scale: Numbers | undefined;
  readonly shift: Numbers | undefined;
}

/** More channels than any layer has. */
const MOST_CHANNELS = 1 << 16;

/** What a node does to its input of that rank; undefined where it does something else. */
export function affineOf(node: Node, rank: number): Affine | undefined {
  if (node.domain !== '' || !givesOne(node)) return undefined;
  const [a, b] = node.inputs;
  if (!a) return undefined;
  if (node.op === 'BatchNormalization') return normalization(node, a, rank);
  if (node.op === 'Neg') return { x: a, scale: single(-1), shift: undefined };
  if (!b) return undefined;
  const right = numbersOf(b, MOST_CHANNELS);
  const left = right ? undefined : numbersOf(a, MOST_CHANNELS);
  switch (node.op) {
    case 'Mul':
      return right ? { x: a, scale: right, shift: undefined } : left && { x: b, scale: left, shift: undefined };
    case 'Add':
      return right ? { x: a, scale: undefined, shift: right } : left && { x: b, scale: undefined, shift: left };
    case 'Div':
      return right && { x: a, scale: mapped(right, (value) => 1 / value), shift: undefined };
    case 'Sub':
      if (right) return { x: a, scale: undefined, shift: mapped(right, (value) => -value) };
      return left && { x: b, scale: single(-1), shift: left };
  }
  return undefined;
}

function normalization(node: Node, x: Value, rank: number): Affine | undefined {
  if (node.int('training_mode', 0n) !== 0n || node.int('spatial', 1n) !== 1n || rank < 2) return undefined;
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => numbersOf(node.input(index), MOST_CHANNELS));
  if (!scale || !shift || !mean || !variance) return undefined;
  const epsilon = node.float('epsilon', 1e-5);
  const factors = combined(scale, variance, (each, size) => each / Math.sqrt(size + epsilon));
  const moved = factors && combined(factors, mean, (factor, each) => -factor * each);
  const shifts = moved && combined(moved, shift, (a, b) => a + b);
  if (!factors || !shifts) return undefined;
  const shape = [factors.values.length, ...Array<number>(rank - 2).fill(1)];
  return { x, scale: { shape, values: factors.values }, shift: { shape, values: shifts.values } };
}

/**
 * Numbers that differ along one axis of a value of that rank alone, one for each of `channels`; undefined where they vary
 * along others, or would broadcast the value to something larger. A number that is infinite or NaN fits nowhere.
 */
export function perChannel(
  numbers: Numbers | undefined,
  otherwise: number,
  rank: number,
  axis: number,
  channels: number,
): Float64Array | undefined {
  if (!numbers) return new Float64Array(channels).fill(otherwise);
  const { shape, values } = numbers;
  if (shape.length > rank || !values.every(Number.isFinite)) return undefined;
  const own = shape.length - rank + axis;
  const along = shape.every((size, k) => size === 1 || (k === own && size === channels));
  if (!along || elementCount(shape) !== values.length) return undefined;
  return values.length === 1 ? new Float64Array(channels).fill(values[0] ?? otherwise) : values;
}
