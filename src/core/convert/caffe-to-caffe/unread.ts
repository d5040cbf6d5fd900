/**
 * Blobs that nobody reads are outputs of a Caffe network. Where a rule leaves some, or the framework lacks the layer that took
 * them, a layer reads them that computes nothing of them: Silence, or a Crop to the size that its first bottom has anyway
 * (BVLC/caffe src/caffe/layers/crop_layer.cpp; tried in MNN 3.6).
 */
import { cropsFrom } from '../../dialects/caffe/crops.ts';
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
  const inputs = to.limits.unusedInputs === 'ignored' ? [] : graph.inputs;
  const unread = [...inputs, ...tops].filter(({ useCount }) => useCount === 0);
  if (unread.length === 0) return [];
  if (to.has('Silence')) {
    const name = names.fresh('silence');
    graph.nodes.append(new Node('Silence', unread, { domain: 'caffe', name, outputs: 0 }));
    return [];
  }
  return unread.flatMap((value) => {
    if (to.has('Crop') && cropsBy(graph, value, to, names)) return [];
    const reason = `nobody reads ${value.name}, which becomes one more output`;
    return [problem('inexact', value.producer, { target: `Caffe (${to.title})`, reason })];
  });
}

/** A sibling that is read is cropped to the sizes of the blob along the last axes, which it has, or is made to have. */
function cropsBy(graph: Graph, blob: Value, to: CaffeBackend, names: Names): boolean {
  const { producer, shape } = blob;
  if (!producer || !isStatic(shape)) return false;
  for (const sibling of producer.outputs) {
    const { shape: own } = sibling;
    if (sibling.useCount === 0 || !isStatic(own) || own.length !== shape.length) continue;
    // Where images and channels come from what it is cropped to, that has to have all sizes of the sibling.
    const whole = cropsFrom(to.base) !== undefined;
    if (whole && shape.length !== 4) return false;
    const axis = whole ? 2 : Math.max(shape.findLastIndex((size, k) => size !== own[k]) + 1, 1);
    const added =
      axis < shape.length && !whole
        ? { like: blob, nodes: [] }
        : withSizes(graph, blob, whole ? own : last(own), names);
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

/** Sizes of which the last alone counts. */
function last(shape: StaticShape): StaticShape {
  return [...shape.slice(0, -1).map(() => 0), shape.at(-1) ?? 1];
}

/** A blob made of another that has those sizes, where they are not 0: what it holds does not count. */
function withSizes(
  graph: Graph,
  blob: Value,
  wanted: StaticShape,
  names: Names,
): { like: Value; nodes: Node[] } | undefined {
  const { producer, shape } = blob;
  if (!producer || !isStatic(shape)) return undefined;
  const name = names.fresh(`${blob.name}_like`);
  const zeros = (sizes: readonly number[]) => graph.addInitializer({ constant: filled(sizes, 0) });
  if (shape.length === 2) {
    const size = wanted[1] || 1;
    const parameters = { 'inner_product_param.num_output': ofInt(size), 'inner_product_param.bias_term': NO };
    const node = layerOf('InnerProduct', name, parameters, producer, shape.with(1, size));
    node.setInputs([blob, zeros([size, shape[1] ?? 1])]);
    return { like: node.output(), nodes: [node] };
  }
  if (shape.length !== 4) return undefined;
  const [, channels = 1, height = 1, width = 1] = shape;
  const outputs = wanted[1] || 1;
  const [high, wide] = [windowFrom(height, wanted[2] || height), windowFrom(width, wanted[3] || width)];
  const fields = {
    num_output: outputs,
    kernel_h: high.kernel,
    kernel_w: wide.kernel,
    pad_h: high.pad,
    pad_w: wide.pad,
  };
  const entries = Object.entries(fields).map(([field, value]) => [`convolution_param.${field}`, ofInt(value)] as const);
  const parameters = { ...Object.fromEntries(entries), 'convolution_param.bias_term': NO };
  const sizes = [shape[0] ?? 1, outputs, wanted[2] || height, wanted[3] || width];
  const node = layerOf('Convolution', name, parameters, producer, sizes);
  node.setInputs([blob, zeros([outputs, channels, high.kernel, wide.kernel])]);
  return { like: node.output(), nodes: [node] };
}

/** The window that makes an axis of one size of one of another. */
function windowFrom(size: number, wanted: number): { readonly kernel: number; readonly pad: number } {
  const kernel = wanted < size ? size - wanted + 1 : 1 + ((wanted - size) % 2);
  return { kernel, pad: Math.max((wanted - size + kernel - 1) / 2, 0) };
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
