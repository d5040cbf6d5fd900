/**
 * Additions and multiplications by constants that follow each other: together they are `x * scale + shift`, which needs
 * two operators at most. Regroups floating point: the constants are computed in double precision and rounded once.
 */
import type { DataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { elementCount, sameShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import {
  broadcastShape,
  combined,
  isAllOf,
  isBounded,
  isComputable,
  isHeld,
  mapped,
  type Numbers,
  numbersOf,
  single,
  tensorOf,
} from './numbers.ts';
import { instead, named, producerOf, type Site, simplification } from './rule.ts';

/** Larger constants are weights, and results larger than this are not made. */
const MOST_ELEMENTS = 1 << 13;
const LONGEST_CHAIN = 8;

const OPERATORS = ['Add', 'Sub', 'Mul', 'Div', 'Neg'];

/** What a node does to its one input that is no constant. */
interface Step {
  readonly x: Value;
  readonly scale: Numbers;
  readonly shift: Numbers;
  /** What it divides by, where it does nothing else. */
  readonly divisor?: Numbers;
}

const ONE = single(1);
const ZERO = single(0);

function stepOf(node: Node): Step | undefined {
  const [a, b] = node.inputs;
  if (!a || !isComputable(a.dtype)) return undefined;
  if (node.op === 'Neg') return { x: a, scale: single(-1), shift: ZERO };
  const [left, right] = [numbersOf(a, MOST_ELEMENTS), numbersOf(b, MOST_ELEMENTS)];
  if (!b || Boolean(left) === Boolean(right)) return undefined;
  if (right) {
    if (node.op === 'Add') return { x: a, scale: ONE, shift: right };
    if (node.op === 'Sub') return { x: a, scale: ONE, shift: mapped(right, (value) => -value) };
    if (node.op === 'Mul') return { x: a, scale: right, shift: ZERO };
    return { x: a, scale: mapped(right, (value) => 1 / value), shift: ZERO, divisor: right };
  }
  if (!left || node.op === 'Div') return undefined;
  if (node.op === 'Add') return { x: b, scale: ONE, shift: left };
  if (node.op === 'Sub') return { x: b, scale: single(-1), shift: left };
  return { x: b, scale: left, shift: ZERO };
}

const constants = simplification({
  name: 'constant-chain',
  title: 'Computes constants that are added and multiplied one after the other beforehand',
  operators: OPERATORS.join(' '),
  reassociates: true,
  replace(node, site) {
    const { dtype } = node.output();
    // Constants are read only where there is a chain.
    if (!node.inputs.some((input) => input?.useCount === 1 && producerOf(input, node, ...OPERATORS))) return undefined;
    const last = stepOf(node);
    if (!last || !isComputable(dtype)) return undefined;
    const nodes = [node];
    let step = last;
    let found: { readonly step: Step; readonly nodes: number } | undefined;
    while (nodes.length < LONGEST_CHAIN) {
      const inner = producerOf(step.x, node, ...OPERATORS);
      const before = inner && step.x.useCount === 1 ? stepOf(inner) : undefined;
      const whole = before && composed(before, step);
      if (!inner || !before || !whole) break;
      nodes.push(inner);
      step = whole;
      if (neededNodes(step) < nodes.length && fits(step, nodes, dtype)) found = { step, nodes: nodes.length };
    }
    if (!found)
      return nodes.length > 1 ? site.missed('the constants that follow need as many operators', ...nodes) : undefined;
    const value = built(found.step, dtype, site);
    const chain = nodes.slice(0, found.nodes).reverse().map(named).join(', ');
    return instead(node, value, `the constants of ${chain} are computed beforehand`);
  },
});

function composed(first: Step, second: Step): Step | undefined {
  const times = (a: Numbers, b: Numbers): Numbers | undefined => combined(a, b, (x, y) => x * y, MOST_ELEMENTS);
  const divisor = first.divisor && second.divisor && times(first.divisor, second.divisor);
  const scale = divisor
    ? mapped(divisor, (value) => 1 / value)
    : first.divisor && isAllOf(second.shift, 0)
      ? combined(second.scale, first.divisor, (x, y) => x / y, MOST_ELEMENTS)
      : second.divisor
        ? combined(first.scale, second.divisor, (x, y) => x / y, MOST_ELEMENTS)
        : times(first.scale, second.scale);
  const moved = second.divisor
    ? combined(first.shift, second.divisor, (x, y) => x / y, MOST_ELEMENTS)
    : times(first.shift, second.scale);
  const shift = moved && combined(moved, second.shift, (x, y) => x + y, MOST_ELEMENTS);
  if (!scale || !shift) return undefined;
  return { x: first.x, scale, shift, ...(divisor && { divisor }) };
}

function neededNodes({ scale, shift }: Step): number {
  if (isAllOf(scale, -1)) return 1;
  return (isAllOf(scale, 1) ? 0 : 1) + (isAllOf(shift, 0) ? 0 : 1);
}

/** Whether the type holds the new constants, no old one is 0 or infinite where it multiplies, and the shape stays. */
function fits({ x, scale, shift }: Step, nodes: readonly Node[], dtype: DataType): boolean {
  if (!isHeld(scale, dtype) || !isBounded(shift, dtype) || scale.values.includes(0)) return false;
  for (const node of nodes) {
    const own = stepOf(node);
    const sound = own?.scale.values.every((value) => Number.isFinite(value) && value !== 0);
    if (!sound || !own?.shift.values.every(Number.isFinite)) return false;
  }
  const shape = nodes[0]?.output().shape;
  if (sameShape(x.shape, shape) === true) return true;
  const all = broadcastShape(scale.shape, shift.shape);
  const left = broadcastShape(isAllOf(scale, 1) ? [] : scale.shape, isAllOf(shift, 0) ? [] : shift.shape);
  return all !== undefined && left !== undefined && sameShape(all, left) === true && elementCount(all) > 0;
}

function built({ x, scale, shift, divisor }: Step, dtype: DataType, { onnx }: Site): Value {
  const constant = (numbers: Numbers): Value => onnx.constant(tensorOf(numbers, dtype));
  const moves = !isAllOf(shift, 0);
  if (isAllOf(scale, -1)) return moves ? onnx.Sub(constant(shift), x) : onnx.Neg(x);
  if (isAllOf(scale, 1)) return moves ? onnx.Add(x, constant(shift)) : x;
  const scaled = divisor && !moves ? onnx.Div(x, constant(divisor)) : onnx.Mul(x, constant(scale));
  return moves ? onnx.Add(scaled, constant(shift)) : scaled;
}

export const constantChainRules: readonly PatternRule[] = [constants];
