/** Inputs of a network by a seed: images, and what detectors ask for besides. */
import type { Graph } from '../../../../src/core/ir/graph.ts';
import { isStatic, type StaticShape } from '../../../../src/core/ir/shape.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../src/core/ir/type.ts';
import { product } from '../../../../src/core/runtime/caffe/blob.ts';
import { uniformArray } from './random.ts';

/** Images of a batch, or regions of an image: more say no more. */
const MOST = 10;

/** Makes large batches small, and lists of regions short. */
export function limitBatches(graph: Graph): void {
  for (const input of graph.inputs) {
    const { shape, name } = input;
    if (isStatic(shape) && (shape.length === 4 || name === 'rois') && (shape[0] ?? 0) > MOST)
      input.type = tensorType('float32', [MOST, ...shape.slice(1)]);
  }
}

/** Undefined where the network does not say the sizes of an input that is read. */
export function inputsOf(graph: Graph, random: () => number): Map<string, Tensor> | undefined {
  const inputs = new Map<string, Tensor>();
  const image = graph.inputs.find(({ shape }) => shape?.length === 4)?.shape;
  const [height, width] = isStatic(image) ? image.slice(2) : [];
  for (const { name = '', shape } of graph.inputs) {
    if (!isStatic(shape)) return undefined;
    inputs.set(name, Tensor.ofBytes('float32', shape, bytesOf(name, shape, [height ?? 1, width ?? 1], random)));
  }
  return inputs;
}

type Size = readonly [height: number, width: number];

function bytesOf(name: string, shape: StaticShape, size: Size, random: () => number): Uint8Array {
  const data = special(name, shape, size, random) ?? uniformArray(product(shape), -1, 1, random);
  return new Uint8Array(data.buffer);
}

function special(name: string, shape: StaticShape, [height, width]: Size, random: () => number) {
  // Height and width of the image, and how it was scaled: rbgirshick/py-faster-rcnn, lib/rpn/proposal_layer.py.
  if (name === 'im_info') return Float32Array.of(height, width, 1).slice(0, product(shape));
  // Regions: the image, then two corners.
  if (name === 'rois') {
    const data = new Float32Array(product(shape));
    for (let at = 0; at + 4 < data.length; at += 5) {
      const corner = (extent: number) =>
        [random(), random()].map((part) => Math.floor(part * extent)).sort((a, b) => a - b);
      const [[left = 0, right = 0], [top = 0, bottom = 0]] = [corner(width), corner(height)];
      data.set([0, left, top, right, bottom], at);
    }
    return data;
  }
  // 0 begins a sequence.
  if (name.startsWith('cont')) return new Float32Array(product(shape)).map((_, k) => (k === 0 ? 0 : 1));
  return undefined;
}
