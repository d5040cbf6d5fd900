/** What a Loop or Scan carries from round to round unchanged, or for nobody. Rules: the ONNX specification of both. */
import { declaredType, takePlace } from '../../dialects/onnx/infer/declared.ts';
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import { sameDim } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { replaceOutputs } from '../inline/splice.ts';
import type { PassContext, PatternRule } from '../pass.ts';
import { capturedBy, removeUnused } from '../simplify/unused.ts';

export const dropLoopStates: PatternRule = {
  kind: 'pattern',
  name: 'drop-loop-states',
  title: 'Takes out of a Loop or Scan what it carries along unchanged, or for nobody',
  dialect: 'onnx',
  reassociates: false,
  // Before, a Scan had batches.
  opsets: { from: 9 },
  roots: ['Loop', 'Scan'],
  rewrite(root, context) {
    const loop = loopOf(root);
    if (!loop) return undefined;
    const { body, states } = loop;
    const unchanged = states.filter((state) => isUnchanged(loop, state) && isToldOutside(loop, state));
    const live = neededStates(loop);
    const gone = new Set(states.filter((state) => unchanged.includes(state) || !live.has(state)));
    // Before opset 11 a Loop carries at least one value (Loop-1 of the specification).
    if (root.op === 'Loop' && context.opset < 11 && gone.size === states.length) gone.delete(states[0] ?? 0);
    if (gone.size === 0) {
      if (states.length > 0) context.missed?.(root, 'all that it carries along changes, and is read');
      return undefined;
    }
    const initial = new Map<number, Value>();
    for (const state of unchanged) {
      const value = root.input(loop.inputs + state);
      if (!value) return undefined;
      initial.set(state, value);
      body.inputs[loop.given + state]?.replaceAllUsesWith(value);
    }
    const identities = replaceOutputs(
      root,
      root.outputs.map((_, k) => initial.get(k)),
      new Set(),
      context,
    );
    for (const state of [...gone].reverse()) body.removeOutput(loop.results + state);
    for (const node of body.nodes.reversed())
      if (node.outputs.every(({ useCount }) => useCount === 0)) removeUnused(node);
    for (const state of [...gone].reverse()) body.inputs.splice(loop.given + state, 1);
    const smaller = without(root, loop, gone, context);
    const added = smaller ? [smaller, ...identities] : identities;
    return { reason: 'it carries something along unchanged, or for nobody', removed: [root], added };
  },
};

/** Where the states of a Loop or Scan are. */
interface StateLoop {
  readonly node: Node;
  readonly body: Graph;
  readonly states: readonly number[];
  /** How many inputs of the node, inputs of the body and outputs of the body stand before them. */
  readonly inputs: number;
  readonly given: number;
  readonly results: number;
}

function loopOf(node: Node): StateLoop | undefined {
  const body = node.attribute('body', 'graph');
  const scans = node.op === 'Scan' ? Number(node.int('num_scan_inputs', 0n)) : 0;
  const [inputs, results] = node.op === 'Scan' ? [0, 0] : [2, 1];
  const count = node.inputCount - inputs - scans;
  if (!body || count < 0 || body.inputs.length !== node.inputCount) return undefined;
  if (body.outputs.length !== node.outputs.length + results || node.outputs.length < count) return undefined;
  if (body.inputs.some((value) => value.constant)) return undefined;
  return { node, body, states: [...Array(count).keys()], inputs, given: inputs, results };
}

/** Whether the body gives a state as it was given it. */
function isUnchanged({ body, given, results }: StateLoop, state: number): boolean {
  const before = body.inputs[given + state];
  let after = body.outputs[results + state];
  while (after && after !== before && after.producer?.op === 'Identity' && after.producer.domain === '')
    after = after.producer.input(0);
  return after !== undefined && after === before;
}

/** Whether what the body is told of the sizes of a state is known outside: a loop that runs not at all stacks by it. */
function isToldOutside({ node, body, inputs, given }: StateLoop, state: number): boolean {
  const outer = node.input(inputs + state)?.shape;
  const value = body.inputs[given + state];
  const told = value && declaredType(value);
  // What a file says of it is what runtimes go by, whether it is believed here or not.
  return [value?.shape, told?.kind === 'tensor' ? told.shape : undefined].every(
    (inner) =>
      !inner ||
      (outer?.length === inner.length &&
        inner.every((size, k) => size === undefined || sameDim(size, outer[k]) === true)),
  );
}

/** The states on which something depends that is read, or whether the loop goes on. */
function neededStates({ node, body, states, given, results }: StateLoop): ReadonlySet<number> {
  const needed = new Set<number>();
  const seen = new Set<Value>();
  const waiting: Value[] = [];
  const stateOf = new Map(states.map((state) => [body.inputs[given + state], state]));
  for (const [k, value] of body.outputs.entries()) {
    const state = k - results;
    if (state < 0 || state >= states.length) waiting.push(value);
    else if (node.outputs[state]?.useCount) need(state);
  }
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    const state = stateOf.get(value);
    if (state !== undefined) need(state);
    const { producer } = value;
    if (producer?.graph !== body) continue;
    for (const input of [...producer.inputs, ...capturedBy(producer)]) if (input) waiting.push(input);
  }
  return needed;

  function need(state: number): void {
    if (needed.has(state)) return;
    needed.add(state);
    const value = body.outputs[results + state];
    if (value) waiting.push(value);
  }
}

/** The loop without some of its states, in its place; nothing where it gives nothing any more. */
function without(
  loop: Node,
  { inputs: before }: StateLoop,
  gone: ReadonlySet<number>,
  context: PassContext,
): Node | undefined {
  const { op, name, doc, sourceName, origin, scope, graph } = loop;
  const kept = loop.outputs.filter((_, k) => !gone.has(k));
  const attributes = [...loop.attributes];
  // The body goes over to another node: the old one lets go of it first.
  if (kept.length > 0) for (const [key] of attributes) loop.deleteAttribute(key);
  const inputs = loop.inputs.filter((_, k) => !gone.has(k - before));
  let smaller: Node | undefined;
  if (kept.length > 0) {
    const outputs = kept.map((value) => ({ name: value.name }));
    smaller = new Node(op, inputs, { name, doc, sourceName, origin, scope, attributes, outputs });
    graph?.nodes.insertBefore(loop, smaller);
    context.infer(smaller);
    for (const [k, value] of kept.entries()) {
      takePlace(smaller.output(k), value);
      value.replaceAllUsesWith(smaller.output(k));
    }
  }
  graph?.nodes.remove(loop);
  return smaller;
}
