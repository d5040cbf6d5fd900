/** Elementwise operators that follow each other, and those whose input already is what they would make it. */
import { codeOfDtype } from '../../dialects/onnx/dtype-codes.ts';
import { DATA_TYPES, type DataType, isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { axisOf, clipBounds, clipped, scalarOf } from './forms.ts';
import { instead, named, producerOf, type Replacement, type Site, simplification } from './rule.ts';
import { isNonNegative } from './signs.ts';

const casts = simplification({
  name: 'cast-chain',
  title: 'Casts straight to the last type where the types between lose nothing',
  operators: 'Cast',
  replace(node, { onnx }) {
    const inner = producerOf(node.input(0), node, 'Cast');
    const x = inner?.input(0);
    const [from, between, to] = [x?.dtype, node.input(0)?.dtype, targetType(node)];
    if (!inner || !x || !from || !between || !to || !holds(between, from) || !sameFrom(from, between, to))
      return undefined;
    const reason = `${named(inner)} from ${from} to ${between} loses nothing`;
    return instead(node, from === to ? x : (onnx.same([x])[0] ?? x), reason);
  },
});

function targetType(node: Node): DataType | undefined {
  const { dtype } = node.output();
  return dtype !== undefined && codeOfDtype(dtype) === Number(node.int('to')) ? dtype : undefined;
}

/** Bits that a float type holds of an integer, sign left out. */
const EXACT_BITS: Partial<Record<DataType, number>> = { float64: 53, float32: 24, float16: 11, bfloat16: 8 };

/** Whether every value of `narrow` is one of `wide`. */
function holds(wide: DataType, narrow: DataType): boolean {
  if (wide === narrow) return true;
  const [a, b] = [DATA_TYPES[wide], DATA_TYPES[narrow]];
  if (b.kind === 'bool') return a.kind === 'int' || a.kind === 'uint' || EXACT_BITS[wide] !== undefined;
  if (b.kind === 'int' || b.kind === 'uint') {
    const needed = b.kind === 'int' ? b.bits - 1 : b.bits;
    if (a.kind === 'uint') return b.kind === 'uint' && a.bits >= b.bits;
    return (a.kind === 'int' ? a.bits - 1 : (EXACT_BITS[wide] ?? 0)) >= needed;
  }
  if (narrow === 'float16' || narrow === 'bfloat16') return wide === 'float32' || wide === 'float64';
  return narrow === 'float32' && wide === 'float64';
}

/** Whether casting on from the type between gives what casting from the first would: not so where integers overflow. */
function sameFrom(from: DataType, between: DataType, to: DataType): boolean {
  const kinds = [DATA_TYPES[from].kind, DATA_TYPES[between].kind, DATA_TYPES[to].kind];
  if (kinds.includes('string') || kinds.includes('complex') || DATA_TYPES[to].bits < 8) return false;
  if (isFloat(to) && EXACT_BITS[to] === undefined) return false;
  if (DATA_TYPES[to].kind === 'bool' || isFloat(to) || holds(to, from)) return true;
  // Beyond its range an integer type wraps, but what a float gives there is nowhere said.
  return isFloat(from) === isFloat(between);
}

const clips = simplification({
  name: 'clip-chain',
  title: 'Makes one of Clip, Relu, Min and Max that follow each other',
  operators: 'Clip Relu Min Max',
  replace(node, site) {
    const outer = boundsOf(node);
    const inner = outer && producerOf(outer.x, node, 'Clip', 'Relu', 'Min', 'Max');
    const before = inner && boundsOf(inner);
    if (!outer || !inner || !before || before.min > before.max || outer.min > outer.max) return undefined;
    const bound = (at: number): number => Math.min(Math.max(at, outer.min), outer.max);
    const [min, max] = [bound(before.min), bound(before.max)];
    const reason = `${named(inner)} and ${named(node)} bound one value`;
    if (min === before.min && max === before.max) return instead(node, outer.x, reason);
    if (inner.output().useCount !== 1) return undefined;
    const value = bounded(before.x, min, max, site);
    return value && instead(node, value, reason);
  },
});

interface Bounded {
  readonly x: Value;
  readonly min: number;
  readonly max: number;
}

function boundsOf(node: Node): Bounded | undefined {
  const x = node.input(0);
  if (!x?.dtype || !isFloat(x.dtype)) return undefined;
  if (node.op === 'Relu') return { x, min: 0, max: Number.POSITIVE_INFINITY };
  if (node.op === 'Clip') {
    const bounds = clipBounds(node);
    return bounds && { x, ...bounds };
  }
  if (node.inputCount !== 2) return undefined;
  for (const index of [1, 0]) {
    const [value, limit] = [node.input(1 - index), node.input(index)];
    const number = limit && isStatic(limit.shape) ? scalarOf(limit) : undefined;
    if (!value?.shape || number === undefined || Number.isNaN(number) || (limit?.rank ?? 0) > value.shape.length)
      continue;
    const [min, max] = node.op === 'Max' ? [number, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, number];
    return { x: value, min, max };
  }
  return undefined;
}

function bounded(x: Value, min: number, max: number, { onnx }: Site): Value | undefined {
  if (min === 0 && max === Number.POSITIVE_INFINITY) return onnx.Relu(x);
  // A Clip makes a number of an infinity, which Max and Min alone leave. Until 7 they do not broadcast.
  if (max === Number.POSITIVE_INFINITY) return onnx.opset < 8 ? undefined : onnx.Max(x, onnx.like(x, min));
  if (min === Number.NEGATIVE_INFINITY) return onnx.opset < 8 ? undefined : onnx.Min(x, onnx.like(x, max));
  // Before opset 12 onnxruntime has no Clip of doubles.
  if (x.dtype === 'float64' && onnx.opset < 12) return undefined;
  return clipped(onnx, x, min, max);
}

const signed = simplification({
  name: 'no-rectifier',
  title: 'Takes out Relu, Abs and the like of what is never negative',
  operators: 'Relu Abs LeakyRelu PRelu Elu Celu Clip',
  replace(node) {
    const x = node.input(0);
    if (!x || !isNonNegative(x)) return undefined;
    if (node.op === 'Clip') {
      const bounds = clipBounds(node);
      if (!bounds || bounds.min > 0 || bounds.max !== Number.POSITIVE_INFINITY) return undefined;
    }
    return instead(node, x, `what ${named(node)} reads is never negative`);
  },
});

/** Operators that give back what any of those before them has made. */
const SETTLED: Readonly<Record<string, readonly string[]>> = {
  Ceil: ['Ceil', 'Floor', 'Round'],
  Floor: ['Ceil', 'Floor', 'Round'],
  Round: ['Ceil', 'Floor', 'Round'],
  Sign: ['Sign'],
};

const settled = simplification({
  name: 'idempotent',
  title: 'Takes out rounding of whole numbers and signs of signs',
  operators: Object.keys(SETTLED).join(' '),
  replace(node) {
    const x = node.input(0);
    const inner = producerOf(x, node, ...(SETTLED[node.op] ?? []));
    return x && inner && instead(node, x, `${named(node)} leaves what ${named(inner)} gives`);
  },
});

const twice = simplification({
  name: 'double-negation',
  title: 'Takes out two negations',
  operators: 'Neg Not BitwiseNot',
  replace(node) {
    const inner = producerOf(node.input(0), node, node.op);
    const x = inner?.input(0);
    return inner && x && instead(node, x, `${named(inner)} and ${named(node)} undo each other`);
  },
});

const negated = simplification({
  name: 'negation-into-sum',
  title: 'Makes a Sub of an Add with a Neg, and an Add of a Sub with one',
  operators: 'Add Sub',
  replace(node, { onnx }): Replacement | undefined {
    const [a, b] = node.inputs;
    if (!a || !b) return undefined;
    const [first, second] = [negative(a, node), negative(b, node)];
    if (second) {
      const value = node.op === 'Add' ? onnx.Sub(a, second.of) : onnx.Add(a, second.of);
      return instead(node, value, `${named(node)} can take what ${named(second.by)} negates`);
    }
    if (!first || node.op === 'Sub') return undefined;
    return instead(node, onnx.Sub(b, first.of), `${named(node)} can take what ${named(first.by)} negates`);
  },
});

function negative(value: Value, reader: Node): { readonly of: Value; readonly by: Node } | undefined {
  const by = producerOf(value, reader, 'Neg');
  const of = by?.input(0);
  return by && of && value.useCount === 1 ? { of, by } : undefined;
}

const reciprocal = simplification({
  name: 'reciprocal-into-division',
  title: 'Makes a Div of a Mul with a Reciprocal',
  operators: 'Mul',
  reassociates: true,
  replace(node, { onnx }) {
    for (const index of [1, 0]) {
      const inner = producerOf(node.input(index), node, 'Reciprocal');
      const [x, by] = [node.input(1 - index), inner?.input(0)];
      if (!inner || !x || !by || inner.output().useCount !== 1) continue;
      return instead(node, onnx.Div(x, by), `${named(node)} by ${named(inner)} is a division`);
    }
    return undefined;
  },
});

const logSoftmax = simplification({
  name: 'log-of-softmax',
  title: 'Makes a LogSoftmax of Log after Softmax',
  operators: 'Log',
  reassociates: true,
  replace(node, site) {
    const inner = producerOf(node.input(0), node, 'Softmax');
    const x = inner?.input(0);
    if (!inner || !x || inner.output().useCount !== 1) return undefined;
    const value = site.from(inner, node).node('', 'LogSoftmax', [x], inner.attributes).output();
    return instead(node, value, `${named(node)} of ${named(inner)} is a LogSoftmax`);
  },
});

/** Elements that are nearly the same may be the same behind it, by rounding; the least ones of a Softmax often all are 0. */
const argOfSoftmax = simplification({
  name: 'greatest-of-softmax',
  title: 'Looks for the greatest before a Softmax, and for the least before a LogSoftmax, which keep the order',
  operators: 'ArgMax ArgMin',
  reassociates: true,
  replace(node, { onnx }) {
    const inner = producerOf(node.input(0), node, 'LogSoftmax', ...(node.op === 'ArgMax' ? ['Softmax'] : []));
    const x = inner?.input(0);
    if (!inner || !x || inner.output().useCount !== 1 || onnx.opset < 13) return undefined;
    if (axisOf(inner, -1n) === undefined || axisOf(inner, -1n) !== axisOf(node, 0n)) return undefined;
    const [value] = onnx.same([x]);
    return value && instead(node, value, `${named(inner)} keeps the order of what ${named(node)} compares`);
  },
});

const whereNot = simplification({
  name: 'where-not',
  title: 'Exchanges the sides of a Where instead of a Not',
  operators: 'Where',
  replace(node, { onnx }) {
    const [condition, yes, no] = node.inputs;
    const inner = producerOf(condition, node, 'Not');
    const asked = inner?.input(0);
    if (!inner || !asked || !yes || !no || condition?.useCount !== 1) return undefined;
    return instead(
      node,
      onnx.Where(asked, no, yes),
      `${named(node)} can exchange its sides instead of ${named(inner)}`,
    );
  },
});

export const arithmeticRules: readonly PatternRule[] = [
  casts,
  clips,
  signed,
  settled,
  twice,
  negated,
  reciprocal,
  logSoftmax,
  argOfSoftmax,
  whereNot,
];
