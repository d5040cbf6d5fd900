/**
 * Blobs that nobody reads are outputs of a Caffe network. Where a rule leaves some, or the framework lacks the layer that took
 * them, a layer reads them that computes nothing of them: Silence, or a Crop to the size that its first bottom has anyway
 * (BVLC/caffe src/caffe/layers/crop_layer.cpp; tried in MNN 3.6).
 */
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import { isStatic, type StaticShape } from '../../ir/shape.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import { filled } from '../onnx-to-caffe/weights.ts';
import type { Names } from './names.ts';
import { NO, ofInt, ofInts, type Parameters } from './wording.ts';

/** Returns a problem for each that the framework has no layer for: it would be one output more. */
export function readUnread(graph: Graph, to: CaffeBackend, names: Names): Problem[] {
  const tops = [...graph.nodes].flatMap(({ outputs }) => outputs);
  const unread = [...graph.inputs, ...tops].filter(({ useCount }) => useCount === 0);
  if (unread.length === 0) return [];
  if (to.has('Silence')) {
    const name = names.fresh('silence');
    graph.nodes.append(new Node('Silence', unread, { domain: 'caffe', name, outputs: 0 }));
    return [];
  }
  return unread.flatMap((value) => {
    if (to.has('Crop') && cropsBy(graph, value, names)) return [];
    const reason = `nobody reads ${value.name}, which becomes one more output`;
    return [problem('inexact', value.producer, { target: `Caffe (${to.title})`, reason })];
  });
}

/** A sibling that is read is cropped to the sizes of the blob along the last axes, which it has, or is made to have. */
function cropsBy(graph: Graph, blob: Value, names: Names): boolean {
  const { producer, shape } = blob;
  if (!producer || !isStatic(shape)) return false;
  for (const sibling of producer.outputs) {
    const { shape: own } = sibling;
    if (sibling.useCount === 0 || !isStatic(own) || own.length !== shape.length) continue;
    const axis = Math.max(shape.findLastIndex((size, k) => size !== own[k]) + 1, 1);
    const added = axis < shape.length ? { like: blob, nodes: [] } : withLast(graph, blob, own.at(-1) ?? 1, names);
    if (!added) continue;
    const name = names.fresh(`${sibling.name}_alone`);
    const parameters = { 'crop_param.axis': ofInt(Math.min(axis, shape.length - 1)), 'crop_param.offset': ofInts([0]) };
    const crop = layerOf('Crop', name, parameters, producer, own);
    const top = crop.output();
    const { isGraphOutput } = sibling;
    sibling.replaceAllUsesWith(top);
    crop.setInputs([sibling, added.like]);
    // An output of the network keeps its name.
    if (isGraphOutput) [top.name, sibling.name] = [sibling.name, top.name];
    graph.nodes.insertAfter(producer, ...added.nodes, crop);
    return true;
  }
  return false;
}

/** A blob made of another that has a last axis of that size: what it holds does not count. */
function withLast(graph: Graph, blob: Value, size: number, names: Names): { like: Value; nodes: Node[] } | undefined {
  const { producer, shape } = blob;
  if (!producer || !isStatic(shape)) return undefined;
  const name = names.fresh(`${blob.name}_like`);
  const zeros = (sizes: readonly number[]) => graph.addInitializer({ constant: filled(sizes, 0) });
  if (shape.length === 2) {
    const parameters = { 'inner_product_param.num_output': ofInt(size), 'inner_product_param.bias_term': NO };
    const node = layerOf('InnerProduct', name, parameters, producer, shape.with(1, size));
    node.setInputs([blob, zeros([size, shape[1] ?? 1])]);
    return { like: node.output(), nodes: [node] };
  }
  if (shape.length !== 4) return undefined;
  const [, channels = 1, , width = 1] = shape;
  const kernel = size < width ? width - size + 1 : 1 + ((size - width) % 2);
  const pad = Math.max((size - width + kernel - 1) / 2, 0);
  const fields = { num_output: 1, kernel_h: 1, kernel_w: kernel, pad_h: 0, pad_w: pad };
  const entries = Object.entries(fields).map(([field, value]) => [`convolution_param.${field}`, ofInt(value)] as const);
  const parameters = { ...Object.fromEntries(entries), 'convolution_param.bias_term': NO };
  const node = layerOf('Convolution', name, parameters, producer, shape.with(1, 1).with(3, size));
  node.setInputs([blob, zeros([1, channels, 1, kernel])]);
  return { like: node.output(), nodes: [node] };
}

function layerOf(type: string, name: string, attributes: Parameters, { origin }: Node, shape: StaticShape): Node {
  return new Node(type, [], {
    domain: 'caffe',
    name,
    attributes,
    outputs: [{ name, type: tensorType('float32', shape) }],
    origin,
  });
}
