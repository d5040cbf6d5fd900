/**
 * A Caffe network in the dialect of another backend: the same layers, their fields under the numbers that they have there.
 * Layers that mean the same are not touched. What the other dialect cannot say, or would understand as something else, is a
 * problem.
 */
import { asRead } from '../../dialects/caffe/as-read.ts';
import { inferCaffe } from '../../dialects/caffe/infer.ts';
import { schemaFor } from '../../formats/caffe/dialects.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic, shapeText } from '../../ir/shape.ts';
import { type Problem, problem, Refusal, refuse } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import { keepApart } from '../onnx-to-caffe/kept-apart.ts';
import { Carrier, targetName } from './carry.ts';
import { differenceOf } from './meanings.ts';
import { Names } from './names.ts';
import { rewordingOf } from './rewordings.ts';
import { throughOnnx } from './through-onnx.ts';
import { readUnread } from './unread.ts';
import { Wording } from './wording.ts';

/** Changes the model. `from` is the backend of the dialect that it was read as. */
export function transcode(model: Model, from: CaffeBackend, to: CaffeBackend): readonly Problem[] {
  const { graph } = model;
  if (from.dialect === to.dialect && from.proto === to.proto)
    return collected(graph, (node) => mustHave(node, to) ?? mended(new Wording(node, graph, from, to)));
  const problems: Problem[] = inputProblems(graph, to);
  inferCaffe(graph, { id: from.base, schema: schemaFor(from), reader: from.limits });
  const carrier = new Carrier(graph, from, to);
  const names = new Names(graph);
  problems.push(...collected(graph, (node) => converted(new Wording(node, graph, from, to), carrier, names)));
  if (problems.every(({ code, severity }) => code === 'inexact' || severity === 'information'))
    problems.push(...readUnread(graph, to, names), ...keepApart(graph, to), ...shapeProblems(graph, to));
  model.metadata.set('caffe.dialect', to.dialect);
  // Fields of the network that nobody knows mean nothing, or something else, in another dialect.
  model.unknown = undefined;
  return problems;
}

/** The problems of all layers; a layer that is nearly the same, or has something to be remarked, returns one. */
function collected(graph: Graph, convert: (node: Node) => Problem | undefined): Problem[] {
  const problems: Problem[] = [];
  for (const node of [...graph.nodes]) {
    try {
      const nearly = convert(node);
      if (nearly) problems.push(nearly);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.problem);
    }
  }
  return problems;
}

/** The layer in its own words, in other words, or else in those that ONNX leads to. Refuses as the first of these would. */
function converted(wording: Wording, carrier: Carrier, names: Names): Problem | undefined {
  try {
    return said(wording, carrier);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    wording.undo();
    const remarks = throughOnnx(wording, names);
    if (!remarks) throw error;
    return remarks[0];
  }
}

/** Refuses where the layer cannot be said; returns what is nearly the same. */
function said(wording: Wording, carrier: Carrier): Problem | undefined {
  const { node, from, to } = wording;
  asItsReaderDoes(node, from);
  const rewording = rewordingOf(wording);
  rewording?.reword(wording);
  let nearly: Problem | undefined;
  for (const each of wording.layers) {
    mustHave(each, to);
    nearly = meantOtherwise(wording.of(each), rewording?.settles) ?? nearly;
    const made = each !== node;
    carrier.layer(each, { made, defaults: made || !rewording?.settles });
  }
  return nearly;
}

/** A layer of the framework itself that its own reader fails on, in words that it takes. */
function mended(wording: Wording): undefined {
  const rewording = rewordingOf(wording);
  if (rewording?.within) rewording.reword(wording);
}

/** What the source's reader does not read, or reads otherwise, others must read as it does. */
function asItsReaderDoes(node: Node, { limits }: CaffeBackend): void {
  const read = asRead(node, limits);
  for (const path of [...node.attributes.keys()]) if (!read.has(path)) node.deleteAttribute(path);
  for (const [path, value] of read) if (node.attributes.get(path) !== value) node.setAttribute(path, value);
}

/** Fields alike may mean something else: refuses, or returns what is nearly the same. */
function meantOtherwise(wording: Wording, settled: readonly string[] | undefined): Problem | undefined {
  const { node, to } = wording;
  const difference = differenceOf(wording, settled);
  if (!difference) return undefined;
  const { about, there, inexact } = difference;
  if (inexact) return problem('inexact', node, { target: targetName(to), reason: `${about}: there ${there}` });
  refuse('unsupported-attribute', node, { target: targetName(to), attribute: about, reason: `there ${there}` });
}

function mustHave(node: Node, to: CaffeBackend): undefined {
  if (!to.has(node.op)) refuse('unsupported-operator', node, { target: targetName(to) });
}

/** What the framework has no blobs for: further axes, or more than one image at a time. */
function inputProblems({ inputs }: Graph, to: CaffeBackend): Problem[] {
  return inputs.flatMap(({ name = '', shape }) => {
    const reason = isStatic(shape) ? to.blobRefusal(shape) : undefined;
    if (reason === undefined) return [];
    const details = { operator: `the input ${name}`, attribute: `the shape ${shapeText(shape)}` };
    return [problem('unsupported-attribute', undefined, { target: targetName(to), ...details, reason })];
  });
}

/** Tops that are of other sizes there: pooling rounds otherwise, a product keeps its axes. */
function shapeProblems(graph: Graph, to: CaffeBackend): Problem[] {
  const before = new Map(
    [...graph.nodes].flatMap(({ outputs }) => outputs.map((value) => [value, value.shape] as const)),
  );
  inferCaffe(graph, { id: to.base, schema: schemaFor(to), reader: to.limits });
  for (const node of graph.nodes) {
    for (const value of node.outputs) {
      const [own, there] = [before.get(value), value.shape];
      if (!isStatic(own) || !isStatic(there) || shapeText(own) === shapeText(there)) continue;
      const reason = `it would be ${shapeText(there)}`;
      const attribute = `the top ${value.name} of ${shapeText(own)}`;
      // Layers behind it are of other sizes because it is.
      return [problem('unsupported-attribute', node, { target: targetName(to), attribute, reason })];
    }
  }
  return [];
}
