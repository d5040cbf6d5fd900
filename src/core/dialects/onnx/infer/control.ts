/** Type rules of control flow: subgraphs are inferred with what their node hands in. Rules: the ONNX operator specification. */
import type { Graph } from '../../../ir/graph.ts';
import type { Node } from '../../../ir/node.ts';
import type { Dim, Shape } from '../../../ir/shape.ts';
import { type TensorType, tensorType, type ValueType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { Problem } from '../../../problems/problem.ts';
import { dimsOf, numberOf } from '../data.ts';
import { bodyTypes } from './body.ts';
import type { InferContext } from './context.ts';
import { completed, differ, joined } from './join.ts';
import { agree, clash, normalAxis, type Outcome, type Rules } from './rule.ts';
import { withoutSizes } from './unsized.ts';

export const control: Rules = {
  If: (node, _, context) => {
    const branches = ['then_branch', 'else_branch'].map((name) => {
      const graph = node.attribute(name, 'graph');
      return graph && bodyTypes(node, graph, [], { ...context, guarded: true });
    });
    const [yes, no] = branches;
    if (!yes || !no) return [];
    for (const types of [yes, no]) countOutputs(node, types, node.outputs.length);
    const condition = numberOf(node.input(0));
    return node.outputs.map((_, k) => {
      const [a, b] = [yes[k], no[k]];
      if (differ(a && withoutSizes(a), b && withoutSizes(b))) clash(node, `its branches give output ${k} other types`);
      // Exporters leave branches that the shapes decide.
      return condition === undefined ? joined(a, b) : condition === 0 ? b : a;
    });
  },
  Loop: (node, _, context) => looped(node, context),
  Scan: (node, version, context) => (version < 9 ? scannedBatches(node, context) : scanned(node, context)),
};

function countOutputs(node: Node, types: readonly unknown[], count: number): void {
  if (types.length !== count) clash(node, `its subgraph gives ${types.length} outputs, not ${count}`);
}

/** The body takes the count, the condition and the carried values; it gives the condition, these, and what to stack. */
function looped(node: Node, context: InferContext): Outcome[] {
  const body = node.attribute('body', 'graph');
  if (!body) return [];
  const carried = node.inputs.slice(2);
  const before = [tensorType('int64', []), node.input(1)?.type ?? tensorType('bool')];
  const { states, types } = settled(node, body, before, carried, 1, context);
  countOutputs(node, types, node.outputs.length + 1);
  return node.outputs.map((_, k) => {
    const type = types[k + 1];
    if (k < carried.length) return states[k];
    if (type && type.kind !== 'tensor') clash(node, `what output ${k} stacks is a ${type.kind}, not a tensor`);
    return type && stacked(node, type, roundsOf(node, body), 0);
  });
}

/** How many rounds there are, where nothing but their number ends them. */
function roundsOf(node: Node, body: Graph): Dim {
  const [count, start] = [node.input(0), node.input(1)];
  const endless = (!start || numberOf(start) === 1) && isStillTrue(body.outputs[0], body.inputs[1]);
  const rounds = endless && count ? dimsOf(count)?.[0] : undefined;
  return typeof rounds === 'number' ? Math.max(0, rounds) : rounds;
}

/** Whether a condition is true after a round, given that it was before. */
function isStillTrue(after: Value | undefined, before: Value | undefined): boolean {
  let value = after;
  while (value?.producer?.op === 'Identity' && value.producer.domain === '') value = value.producer.input(0);
  return value !== undefined && (value === before || numberOf(value) === 1);
}

/** Of what a loop hands in, the condition alone has the same sizes in every round; counts are declared as one likes. */
const isCondition = (input: number) => input === 1;

/** How often a body is read until what it carries has settled; deep within other bodies only once. */
const DEEPEST_SETTLING = 3;

/**
 * Carried values may change their sizes from one round to the next: the body is read with what is known of the first
 * round, then with what the first and the next have in common, and at last with no sizes at all.
 */
function settled(
  node: Node,
  body: Graph,
  before: readonly (ValueType | undefined)[],
  carried: readonly (Value | undefined)[],
  firstState: number,
  context: InferContext,
): { states: readonly (ValueType | undefined)[]; types: readonly (ValueType | undefined)[] } {
  let states = carried.map((value) => value?.type);
  for (let round = context.depth < DEEPEST_SETTLING ? 0 : 2; ; round++) {
    if (round >= 2) states = states.map((type) => type && withoutSizes(type));
    const problems = new Map<Node, Problem>();
    const types = bodyTypes(node, body, [...before, ...states], { ...context, problems }, isCondition);
    const next = states.map((type, k) => {
      const given = types[k + firstState];
      if (type && given && differ(withoutSizes(type), withoutSizes(given))) {
        // An optional may start what every round gives whole.
        if (type.kind === 'optional' || given.kind === 'optional') return type;
        clash(node, `its body gives carried value ${k} another type`);
      }
      return joined(type, given) ?? (type && withoutSizes(type));
    });
    if (round >= 2 || next.every((type, k) => sameType(type, states[k]))) {
      for (const [at, each] of problems) context.problems.set(at, each);
      const results = next.map((type, k) => {
        const given = types[k + firstState];
        return type?.kind === 'optional' && given ? withoutSizes(given) : type;
      });
      return { states: results, types };
    }
    states = next;
  }
}

/** Whether joining took nothing away. */
function sameType(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a?.kind === 'tensor' && b?.kind === 'tensor') {
    if (!a.shape || !b.shape) return a.shape === b.shape;
    return (
      a.shape.length === b.shape.length &&
      a.shape.every((dim, k) => (dim === undefined) === (b.shape?.[k] === undefined))
    );
  }
  if (a && b && 'element' in a && 'element' in b) return sameType(a.element, b.element);
  return a?.kind === b?.kind;
}

function stacked(node: Node, type: TensorType, count: Dim, axis: number): TensorType {
  if (!type.shape) return type;
  const at = normalAxis(node, axis, type.shape.length + 1);
  return tensorType(type.dtype, [...type.shape.slice(0, at), count, ...type.shape.slice(at)]);
}

/** States come out as the body gives them; what it gives besides is stacked along an axis (0 unless told). */
function scanned(node: Node, context: InferContext): Outcome[] {
  const body = node.attribute('body', 'graph');
  const scans = Number(node.int('num_scan_inputs', 0n));
  const states = node.inputCount - scans;
  const results = node.outputs.length - states;
  if (!body) return [];
  if (scans < 1 || states < 0) clash(node, `num_scan_inputs is ${scans} for ${node.inputCount} inputs`);
  if (results < 0) clash(node, `${states} states come in, but only ${node.outputs.length} outputs go out`);
  const inputAxes = axesOf(node, 'scan_input_axes', scans);
  const outputAxes = axesOf(node, 'scan_output_axes', results);
  let count: Dim;
  const rows = node.inputs.slice(states).map((value, k) => {
    const type = tensorOf(node, value, states + k);
    if (!type?.shape) return type;
    const axis = normalAxis(node, inputAxes[k] ?? 0, type.shape.length);
    count = agree(node, count, type.shape[axis], 'sizes along the scanned axes');
    return tensorType(
      type.dtype,
      type.shape.filter((_, at) => at !== axis),
    );
  });
  const carried = node.inputs.slice(0, states).map((value, k) => tensorOf(node, value, k));
  const types = bodyTypes(node, body, [...carried, ...rows], context);
  countOutputs(node, types, node.outputs.length);
  return node.outputs.map((_, k) => {
    const type = types[k];
    if (type && type.kind !== 'tensor') clash(node, `its body gives output ${k} as a ${type.kind}, not a tensor`);
    if (k >= states) return type && stacked(node, type, count, Number(outputAxes[k - states] ?? 0));
    return stateOf(node, carried[k], type, k);
  });
}

/** A state keeps its shape from round to round. */
function stateOf(node: Node, start: TensorType | undefined, end: TensorType | undefined, k: number): Outcome {
  if (differ(start, end)) clash(node, `its body gives state ${k} another type`);
  return completed(start, end);
}

function axesOf(node: Node, name: string, count: number): readonly number[] {
  const axes = node.ints(name)?.map(Number);
  if (axes && axes.length !== count) clash(node, `${name} has ${axes.length} numbers, not ${count}`);
  return axes ?? Array<number>(count).fill(0);
}

function tensorOf(node: Node, value: Value | undefined, index: number): TensorType | undefined {
  if (!value) clash(node, `it lacks input ${index}`);
  const { type } = value;
  if (type && type.kind !== 'tensor') clash(node, `input ${index} is a ${type.kind}, not a tensor`);
  return type;
}

/** Version 8: lengths come first, and every state and scanned value has a batch axis in front. */
function scannedBatches(node: Node, context: InferContext): Outcome[] {
  const body = node.attribute('body', 'graph');
  const scans = Number(node.int('num_scan_inputs', 0n));
  const values = node.inputs.slice(1);
  const states = values.length - scans;
  if (!body) return [];
  if (scans < 1 || states < 0) clash(node, `num_scan_inputs is ${scans} for ${node.inputCount} inputs`);
  let [batch, count]: [Dim, Dim] = [undefined, undefined];
  const inner = values.map((value, k) => {
    const type = tensorOf(node, value, k + 1);
    if (!type?.shape) return type;
    const outer = k < states ? 1 : 2;
    if (type.shape.length < outer) clash(node, `input ${k + 1} has rank ${type.shape.length}, less than ${outer}`);
    batch = agree(node, batch, type.shape[0], 'sizes of the batch');
    if (k >= states) count = agree(node, count, type.shape[1], 'lengths of the scanned inputs');
    return tensorType(type.dtype, type.shape.slice(outer));
  });
  const types = bodyTypes(node, body, inner, context);
  countOutputs(node, types, node.outputs.length);
  return node.outputs.map((_, k) => {
    const type = types[k];
    if (type?.kind !== 'tensor') return undefined;
    const shape: Shape | undefined = type.shape && [batch, ...(k < states ? [] : [count]), ...type.shape];
    return tensorType(type.dtype, shape);
  });
}
