/** ONNX at the pivot opset to Caffe: nodes in order, each by its rule; what a backend cannot take is collected, all of it. */
import { inferOutputs, opsetContext } from '../../dialects/onnx/infer.ts';
import type { DataType } from '../../ir/dtype.ts';
import { Graph } from '../../ir/graph.ts';
import { type Model, makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { isStatic, shapeText } from '../../ir/shape.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem, Refusal, refuse } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import { PIVOT_OPSET } from '../pivot.ts';
import { CaffeBuilder } from './builder.ts';
import { keepApart } from './kept-apart.ts';
import { CAFFE_RULES } from './rules.ts';
import { copied } from './support.ts';
import { cutWhatIsRead } from './unread-tops.ts';
import { weightOf } from './weights.ts';
import { isHeld } from './whole-numbers.ts';

export interface CaffeResult {
  readonly model: Model;
  readonly problems: readonly Problem[];
}

/** Caffe computes in single precision whatever a file says; narrower floats fit, wider ones and integers do not. */
const PIVOT_CONTEXT = opsetContext(PIVOT_OPSET);
const TAKEN = new Set<DataType>(['float32', 'float16', 'bfloat16']);

/**
 * Converts a model at the pivot opset, on which the backend's fusions were run. With problems of severity error that are not
 * `inexact` the model of the result has holes and is not to be written.
 */
export function onnxToCaffe(model: Model, backend: CaffeBackend): CaffeResult {
  const problems: Problem[] = [];
  const caffe = new CaffeBuilder(new Graph(model.graph.name), backend);
  problems.push(...takeInputs(model.graph, caffe));
  const alive = liveNodes(model.graph);
  for (const node of model.graph.nodes) {
    if (!alive.has(node)) continue;
    infer(node);
    if (node.outputs.every((value) => weightOf(value) !== undefined)) continue;
    try {
      convertNode(node, caffe);
      problems.push(...caffe.approximations.splice(0));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.problem);
      standIn(node, caffe);
    }
  }
  // What is inexact is whole, and written where the user accepts it.
  const failed = problems.some(({ severity, code }) => severity === 'error' && code !== 'inexact');
  if (!failed) problems.push(...giveOutputs(model.graph, caffe));
  if (backend.limits.unusedTops === 'outputs' && backend.has('Silence')) silenceUnused(caffe.graph);
  if (!failed && caffe.mustReadTops) {
    cutWhatIsRead(caffe);
    problems.push(...caffe.approximations.splice(0));
  }
  problems.push(...keepApart(caffe.graph, backend));
  const made = makeModel('caffe', caffe.graph, { file: model.file });
  made.producerName = model.producerName;
  return { model: made, problems };
}

/** The domain of what fusions make for layers alone (src/core/passes/fusions/layers.ts). */
const OF_LAYERS = 'graphwright';

function convertNode(node: Node, caffe: CaffeBuilder): void {
  const rule = node.domain === '' || node.domain === OF_LAYERS ? CAFFE_RULES[node.op] : undefined;
  caffe.from(node);
  if (!rule) refuse('unsupported-operator', node, { target: caffe.target });
  for (const value of node.outputs) {
    const { dtype } = value;
    if (dtype !== undefined && !TAKEN.has(dtype) && !isHeld(node, dtype))
      refuse('dtype-not-taken', node, { target: caffe.target, dtype });
  }
  // A size that is missing has been reported where it is missing first.
  if (node.inputs.some((value) => value && caffe.blobOf(value) && !isStatic(caffe.blobOf(value)?.shape))) {
    standIn(node, caffe);
    return;
  }
  const made = rule(node, caffe);
  const results = Array.isArray(made) ? (made as readonly (Value | undefined)[]) : [made as Value];
  caffe.nameLayers(results);
  for (const [k, value] of node.outputs.entries()) {
    const blob = results[k];
    if (!blob) {
      if (value.useCount > 0)
        refuse('unsupported-attribute', node, {
          target: caffe.target,
          attribute: `output ${k}`,
          reason: 'no layer makes it',
        });
      continue;
    }
    checkShape(node, value, blob);
    caffe.bind(value, blob);
  }
}

/** Blobs for what could not be made, so that the nodes behind it are looked at too. */
function standIn(node: Node, caffe: CaffeBuilder): void {
  for (const value of node.outputs) caffe.bind(value, caffe.graph.addInput({ type: value.type }));
}

/** The rules compute sizes by Caffe's arithmetic; where a model declares others, one of the two is wrong. */
function checkShape(node: Node, value: Value, blob: Value): void {
  if (!isStatic(value.shape) || !isStatic(blob.shape)) return;
  const [declared, found] = [shapeText(value.shape), shapeText(blob.shape)];
  if (declared === found) return;
  refuse('invalid-model', node, {
    reason: `its output ${value.name ?? ''} is declared as ${declared} and is ${found}`,
  });
}

function infer(node: Node): void {
  // They are functions of each element, and no dialect of ONNX knows them.
  if (node.domain === OF_LAYERS) for (const output of node.outputs) output.type = node.input(0)?.type;
  if (node.outputs.some((value) => value.type === undefined || !isStatic(value.shape)))
    inferOutputs(node, PIVOT_CONTEXT);
}

/** Nodes that an output of the graph depends on: others would become outputs of the network. */
function liveNodes(graph: Graph): ReadonlySet<Node> {
  const alive = new Set<Node>();
  const waiting = graph.outputs.flatMap((value) => value.producer ?? []);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (alive.has(node)) continue;
    alive.add(node);
    for (const input of node.inputs) if (input?.producer) waiting.push(input.producer);
    for (const inner of node.subgraphs()) {
      for (const each of inner.allNodes())
        for (const input of each.inputs) if (input?.producer) waiting.push(input.producer);
      for (const output of inner.outputs) if (output.producer) waiting.push(output.producer);
    }
  }
  return alive;
}

function takeInputs(graph: Graph, caffe: CaffeBuilder): Problem[] {
  const problems: Problem[] = [];
  for (const input of graph.inputs) {
    // Files of IR version 3 list every weight as an input too.
    if (input.constant) continue;
    const { name, dtype, shape } = input;
    const operator = `input ${name ?? ''}`;
    if (dtype === undefined || !TAKEN.has(dtype)) {
      const details = { operator, target: caffe.target, dtype: dtype ?? 'an unknown type' };
      problems.push(problem('dtype-not-taken', undefined, details));
    } else if (!isStatic(shape)) {
      const reason = `Caffe fixes every size when a network is loaded, and its sizes are ${shapeText(shape)}`;
      problems.push(problem('shape-unknown', undefined, { operator, target: caffe.target, reason }));
    } else {
      const reason = caffe.backend.blobRefusal(shape);
      const attribute = `the shape ${shapeText(shape)}`;
      const details = { operator, target: caffe.target, attribute, reason: reason ?? '' };
      if (reason !== undefined) problems.push(problem('unsupported-attribute', undefined, details));
    }
    caffe.bind(input, caffe.graph.addInput({ name, type: tensorType('float32', shape) }));
  }
  return problems;
}

/**
 * Gives the outputs their names. A blob that another layer reads is no output of a Caffe network, so such an output, and
 * one that is given twice, gets a layer of its own that copies it.
 */
function giveOutputs(graph: Graph, caffe: CaffeBuilder): Problem[] {
  const problems: Problem[] = [];
  const given = graph.outputs.map((value) => caffe.blobOf(value));
  const shared = new Set(given.filter((blob, k) => given.indexOf(blob) !== k));
  for (const [k, value] of graph.outputs.entries()) {
    const name = value.name ?? `output_${k}`;
    try {
      const blob = caffe.blobOf(value);
      const output = outputBlob(value, blob, shared.has(blob), caffe);
      output.name = name;
      if (output.producer?.outputs.length === 1) output.producer.name = name;
      caffe.graph.addOutput(output);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.problem);
    }
  }
  return problems;
}

function outputBlob(value: Value, blob: Value | undefined, shared: boolean, caffe: CaffeBuilder): Value {
  const stand = value.producer ?? new Node('Identity', [], { name: value.name, outputs: 0 });
  caffe.from(stand);
  if (!blob) {
    const tensor = weightOf(value);
    if (!tensor) refuse('invalid-model', stand, { reason: `the output ${value.name} is made by nothing` });
    return caffe.constant(tensor);
  }
  const byLayer = caffe.backend.limits.outputs === 'layers' && (blob.producer?.outputs.length ?? 1) > 1;
  if (blob.producer && blob.useCount === 0 && !shared && !byLayer) return blob;
  if (!blob.producer && blob.name === value.name) {
    caffe.refuseAttribute('an input that is an output', 'a blob that a layer reads is no output');
  }
  return copied(caffe, blob);
}

/** Tops that nobody reads go into one layer that takes them and makes nothing. */
function silenceUnused(graph: Graph): void {
  const unused: Value[] = [];
  for (const node of graph.nodes) for (const top of node.outputs) if (top.useCount === 0) unused.push(top);
  if (unused.length > 0)
    graph.nodes.append(new Node('Silence', unused, { domain: 'caffe', name: 'silence', outputs: 0 }));
}
