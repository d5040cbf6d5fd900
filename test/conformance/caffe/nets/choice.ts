/**
 * Networks that choose: which boxes are best, which overlap too much. Last digits decide there, so that whole rows come and go;
 * what such a network computes before it chooses is judged by itself, and so is what it makes of the same numbers from there on.
 */
import type { Graph } from '../../../../src/core/ir/graph.ts';
import type { Node } from '../../../../src/core/ir/node.ts';
import type { Tensor } from '../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../src/core/ir/type.ts';
import type { Value } from '../../../../src/core/ir/value.ts';

const CHOOSES = new Set([
  ...['ArgMax', 'DetectionOutput', 'Proposal', 'YoloDetectionOutput', 'Yolov3DetectionOutput'],
  // Proposals of regions, in networks of rbgirshick/py-faster-rcnn.
  'Python',
]);

/** What chooses, and what follows from it. */
export function choices(graph: Graph): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of graph.nodes) {
    const follows = node.inputs.some((value) => value?.producer && found.has(value.producer));
    if (CHOOSES.has(node.op) || follows) found.add(node);
  }
  return found;
}

/** Cuts the choices of a graph off; what goes in there comes out of the graph. */
export function cutChoices(graph: Graph, cut: ReadonlySet<Node>): void {
  const kept = ({ producer }: Value) => producer !== undefined && !cut.has(producer);
  const before = new Set([...cut].flatMap(({ inputs }) => inputs.filter((value) => value !== undefined).filter(kept)));
  for (let k = graph.outputs.length - 1; k >= 0; k--) {
    const producer = graph.output(k)?.producer;
    if (producer && cut.has(producer)) graph.removeOutput(k);
  }
  for (const node of [...cut].toReversed()) graph.nodes.remove(node);
  // A Caffe network gives what none of its layers reads.
  for (const value of before) if (value.uses.length === 0) graph.addOutput(value);
  removeUnread(graph);
}

/** Leaves the choices alone; what goes in there goes into the graph, in the sizes that `known` has by name. */
export function keepChoices(graph: Graph, cut: ReadonlySet<Node>, known: ReadonlyMap<string, Tensor>): void {
  for (let k = graph.outputs.length - 1; k >= 0; k--) {
    const producer = graph.output(k)?.producer;
    if (!producer || !cut.has(producer)) graph.removeOutput(k);
  }
  for (const value of new Set([...cut].flatMap(({ inputs }) => inputs))) {
    if (!value?.producer || cut.has(value.producer)) continue;
    const { name = '' } = value;
    const shape = known.get(name)?.shape;
    if (shape) value.replaceAllUsesWith(graph.addInput({ name, type: tensorType('float32', shape) }));
  }
  for (const node of [...graph.nodes].toReversed()) if (!cut.has(node)) graph.nodes.remove(node);
  removeUnread(graph);
}

function removeUnread(graph: Graph): void {
  const unread = graph.inputs.filter((value) => value.uses.length === 0);
  for (const value of unread) graph.inputs.splice(graph.inputs.indexOf(value), 1);
}
