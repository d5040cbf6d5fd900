/** Shape rules of attention and of what stands around it in transformers. Rules: the ONNX operator specification. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, floorDivide, multiply, type Shape, subtract } from '../../../ir/shape.ts';
import { tensorType } from '../../../ir/type.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { bodyTypes } from './body.ts';
import { differ } from './join.ts';
import { NamedSizes } from './named-sizes.ts';
import { agree, clash, meet, normalAxis, type Outcome, type Rules, shapeOf, unknownShape } from './rule.ts';

export const transformers: Rules = {
  Attention: (node, version) => attention(node, version),
  FlexAttention: (node, _, context) => {
    const sizes = new NamedSizes(node).read(0, 'batch heads queries depth').read(1, 'batch kv keys depth');
    sizes.read(2, 'batch kv keys width');
    const [heads, stored] = [sizes.get('heads'), sizes.get('kv')];
    if (typeof heads === 'number' && typeof stored === 'number' && heads !== stored && !(heads % stored === 0)) {
      clash(node, `${heads} heads of queries are no multiple of ${stored}`);
    }
    const precision = softmaxType(node);
    const scores = tensorType(precision, sizes.shape('batch heads queries keys') ?? unknownShape(4));
    for (const name of ['score_mod', 'prob_mod']) {
      checkModifier(node, name, precision);
      const graph = node.attribute(name, 'graph');
      if (graph) bodyTypes(node, graph, [scores], context);
    }
    return [sizes.shape('batch heads queries width')];
  },
  RotaryEmbedding: (node) => {
    const shape = shapeOf(node);
    if (shape && shape.length !== 3 && shape.length !== 4) clash(node, `the data has rank ${shape.length}, not 3 or 4`);
    if (shape?.length === 3 && node.int('num_heads') === undefined) clash(node, 'rank 3 needs the attribute num_heads');
    return [shape];
  },
  TensorScatter: (node) => {
    const [cache, update] = [shapeOf(node), shapeOf(node, 1)];
    const sizes = new NamedSizes(node).read(2, 'batch');
    if (!cache) return [undefined];
    if (cache.length > 0) sizes.set('batch', cache[0]);
    if (!update) return [cache];
    if (update.length !== cache.length) clash(node, `the update has rank ${update.length}, not ${cache.length}`);
    const axis = normalAxis(node, node.int('axis', -2n), cache.length);
    if (axis === 0) clash(node, 'the axis is that of the batch');
    return [cache.map((dim, k) => (k === axis ? dim : agree(node, dim, update[k], `size of axis ${k}`)))];
  },
  SwiGLU: (node) => [meet(node, shapeOf(node), shapeOf(node, 1), 'shapes of A and B')],
  CausalConvWithState: (node) => {
    const activation = node.string('activation', 'none');
    if (!['none', 'silu', 'swish'].includes(activation)) clash(node, `there is no activation ${activation}`);
    const sizes = new NamedSizes(node).read(0, 'B C L').read(1, 'C 1 K').read(2, 'C').read(3, 'B C kept');
    if (sizes.get('K') === 0) clash(node, 'the kernel is empty');
    sizes.set('kept', subtract(sizes.get('K'), 1));
    const type = node.input(0)?.dtype;
    return type ? [shapeOf(node) && sizes.shape('B C L'), tensorType(type, sizes.shape('B C kept'))] : [];
  },
  LinearAttention: (node) => linearAttention(node),
};

/** The type in which FlexAttention normalises scores. */
function softmaxType(node: Node): DataType {
  const given = node.int('softmax_precision');
  const type = given === undefined ? (node.input(0)?.dtype === 'float64' ? 'float64' : 'float32') : dtypeOfCode(given);
  const allowed: readonly (DataType | undefined)[] = ['float32', 'float16', 'bfloat16', 'float64'];
  return type && allowed.includes(type)
    ? type
    : clash(node, `softmax_precision is ${given}, which is no wide float type`);
}

/** A subgraph that changes scores: one tensor of rank 4 in, one of the same type and shape out. */
function checkModifier(node: Node, name: string, type: DataType): void {
  const graph = node.attribute(name, 'graph');
  if (!graph) return;
  const ends = [...graph.inputs, ...graph.outputs];
  if (graph.inputs.length !== 1 || graph.outputs.length !== 1)
    clash(node, `${name} must have one input and one output`);
  for (const { type: found } of ends) {
    if (differ(found, tensorType(type, unknownShape(4))))
      clash(node, `${name} must turn ${type} of rank 4 into the same`);
  }
  if (differ(ends[0]?.type, ends[1]?.type)) clash(node, `${name} must not change the shape`);
}

/** More than any model has; products of larger ones cannot be counted. */
const MOST_HEADS = 2 ** 31;

/** Queries, keys and values with heads as an axis (rank 4) or within the last one (rank 3). */
function attention(node: Node, version: number): Outcome[] {
  const [q, k, v] = [shapeOf(node), shapeOf(node, 1), shapeOf(node, 2)];
  [q, k, v].forEach((shape, index) => {
    if (shape && shape.length !== 3 && shape.length !== 4)
      clash(node, `input ${index} has rank ${shape.length}, not 3 or 4`);
  });
  if (version >= 25) checkAttention(node, q);
  const heads = node.int('q_num_heads');
  const stored = node.int('kv_num_heads');
  if (q?.length === 3) {
    if (heads === undefined || stored === undefined)
      clash(node, 'rank 3 needs the attributes q_num_heads and kv_num_heads');
    if (heads <= 0n || stored <= 0n) clash(node, 'q_num_heads and kv_num_heads must be positive');
  }
  const ranks = new Set([q, k, v].filter((shape) => shape !== undefined).map((shape) => shape.length));
  if (ranks.size > 1) clash(node, `queries, keys and values have ranks ${[...ranks].join(' and ')}`);
  const [pastKeys, pastValues] = [shapeOf(node, 4), shapeOf(node, 5)];
  for (const past of [pastKeys, pastValues]) {
    if (past && past.length !== 4) clash(node, `what is past has rank ${past.length}, not 4`);
  }
  if ((node.input(4) === undefined) !== (node.input(5) === undefined))
    clash(node, 'past_key and past_value stand together');
  if (heads !== undefined && heads > BigInt(MOST_HEADS)) clash(node, `q_num_heads is ${heads}`);
  if (!q || !v) return [];
  const split = (shape: Shape, count: bigint | undefined): Shape =>
    shape.length === 4 ? shape : [shape[0], Number(count), shape[1], floorDivide(shape[2], Number(count))];
  const [queries, keys, values] = [split(q, heads), k && split(k, stored), split(v, stored)];
  const length = agree(node, keys?.[2], values[2], 'lengths of keys and values');
  const whole: Dim = node.input(4) ? add(pastKeys?.[2], length) : length;
  const present = (from: Shape | undefined, past: Shape | undefined, what: string): Shape => {
    const sizes = [0, 1, 3].map((axis) => agree(node, from?.[axis], past?.[axis], `size of axis ${axis} of ${what}`));
    return [sizes[0], sizes[1], whole, sizes[2]];
  };
  const result = q.length === 4 ? [q[0], q[1], q[2], values[3]] : [q[0], q[1], multiply(Number(heads), values[3])];
  return [
    result,
    present(keys, pastKeys, 'past keys'),
    present(values, pastValues, 'past values'),
    [queries[0], queries[1], queries[2], whole],
  ];
}

/** What opset 25 says of inputs and attributes that exclude or need each other. */
function checkAttention(node: Node, q: Shape | undefined): void {
  for (const name of ['left_window_size', 'right_window_size']) {
    const size = node.attributes.has(name) ? node.int(name, -1n) : -1n;
    if (size < -1n) clash(node, `${name} is ${size}`);
  }
  const present = [1, 2].map((k) => hasOutput(node, k));
  if (present[0] !== present[1]) clash(node, 'present_key and present_value stand together');
  if (node.input(6) && (node.input(4) || present[0]))
    clash(node, 'nonpad_kv_seqlen does not go with past or present values');
  if (q?.length === 4 && (node.int('q_num_heads') !== undefined || node.int('kv_num_heads') !== undefined)) {
    clash(node, 'rank 4 does not take q_num_heads and kv_num_heads');
  }
}

function hasOutput(node: Node, index: number): boolean {
  return (node.outputs[index]?.name ?? '') !== '';
}

/** Which of the inputs decay and beta each rule of updating takes. */
const UPDATES: Readonly<Record<string, readonly [decay: boolean, beta: boolean]>> = {
  linear: [false, false],
  gated: [true, false],
  delta: [false, true],
  gated_delta: [true, true],
};

function linearAttention(node: Node): Outcome[] {
  const [heads, stored] = [Number(node.int('q_num_heads', 0n)), Number(node.int('kv_num_heads', 0n))];
  if (heads <= 0 || stored <= 0) clash(node, 'q_num_heads and kv_num_heads must be positive');
  if (heads % stored !== 0) clash(node, `q_num_heads (${heads}) is no multiple of kv_num_heads (${stored})`);
  const rule = node.string('update_rule', 'gated_delta');
  const takes = UPDATES[rule] ?? clash(node, `there is no update_rule ${rule}`);
  ['decay', 'beta'].forEach((name, k) => {
    const given = node.input(4 + k) !== undefined;
    if (given !== takes[k])
      clash(node, `the update_rule ${rule} ${takes[k] ? 'needs' : 'does not take'} the input ${name}`);
  });
  const sizes = new NamedSizes(node).read(0, 'B T q').read(1, 'B T k').read(2, 'B T v');
  sizes.set('H', stored).read(3, 'B H dk dv').read(4, 'B T decay').read(5, 'B T beta');
  const parted = (name: string, count: number): Dim => {
    const size = sizes.get(name);
    if (typeof size === 'number' && size % count !== 0)
      clash(node, `the last size of ${name}, ${size}, does not divide by ${count}`);
    return typeof size === 'number' ? size / count : floorDivide(size, count);
  };
  sizes.set('dk', parted('q', heads)).set('dk', parted('k', stored)).set('dv', parted('v', stored));
  checkGate(node, 'decay', sizes.get('decay'), [stored, multiply(sizes.get('dk'), stored)]);
  checkGate(node, 'beta', sizes.get('beta'), [1, stored]);
  const [type, state] = [node.input(0)?.dtype, node.input(3)?.dtype ?? node.input(0)?.dtype];
  return [
    type && tensorType(type, [sizes.get('B'), sizes.get('T'), multiply(sizes.get('dv'), heads)]),
    state && tensorType(state, sizes.shape('B H dk dv')),
  ];
}

function checkGate(node: Node, name: string, size: Dim, choices: readonly Dim[]): void {
  if (typeof size !== 'number' || choices.some((choice) => choice === undefined || typeof choice !== 'number')) return;
  if (!choices.includes(size)) clash(node, `the last size of ${name} is ${size}, not ${choices.join(' or ')}`);
}
