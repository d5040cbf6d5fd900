/** Inputs of a network by a seed: images, and what detectors ask for besides. */
import type { Graph } from '../../../../src/core/ir/graph.ts';
import type { Node } from '../../../../src/core/ir/node.ts';
import { isStatic, type StaticShape } from '../../../../src/core/ir/shape.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../src/core/ir/type.ts';
import { number, product } from '../../../../src/core/runtime/caffe/blob.ts';
import { uniformArray } from './random.ts';

/** Images of a batch, and regions of an image: more say no more. */
const MOST_IMAGES = 2;
const MOST_REGIONS = 4;
/** Height and width of the image of a detector: a multiple of what its layers divide it by. */
const LARGEST_SIDE = 224;

/** Makes large batches small, lists of regions short, and the images of detectors small, which take them of any size. */
export function limitSizes(graph: Graph): void {
  for (const node of graph.nodes) if (node.op === 'Proposal') limitRegions(node);
  // Of frames of a sequence there must be as many as the network says.
  if (graph.inputs.some(({ name }) => name?.startsWith('cont') || name?.startsWith('clip'))) return;
  const detects = graph.inputs.some(({ name }) => name === 'im_info');
  for (const input of graph.inputs) {
    const { shape, name } = input;
    if (!isStatic(shape)) continue;
    if (name === 'rois') input.type = tensorType('float32', atMost(shape, [MOST_REGIONS]));
    else if (shape.length === 4) {
      const sides = detects ? [shape[1] ?? 1, LARGEST_SIDE, LARGEST_SIDE] : [];
      input.type = tensorType('float32', atMost(shape, [MOST_IMAGES, ...sides]));
    }
  }
}

/** What follows is done for each region: a last part of the network, in many. */
function limitRegions(node: Node): void {
  const key = 'proposal_param.post_nms_topn';
  const said = number(node, key, 0);
  if (said > MOST_REGIONS) node.setAttribute(key, { type: 'int', value: BigInt(MOST_REGIONS) });
}

function atMost(shape: StaticShape, most: readonly number[]): StaticShape {
  return shape.map((size, axis) => Math.min(size, most[axis] ?? size));
}

/** Undefined where the network does not say the sizes of an input that is read. */
export function inputsOf(graph: Graph, random: () => number): Map<string, Tensor> | undefined {
  const inputs = new Map<string, Tensor>();
  const image = imageOf(graph);
  for (const { name = '', shape } of graph.inputs) {
    if (!isStatic(shape)) return undefined;
    inputs.set(name, Tensor.ofBytes('float32', shape, bytesOf(name, shape, image, random)));
  }
  return inputs;
}

type Size = readonly [height: number, width: number];

/** Of the image that comes in; where features of it come in, as large as the layer that pools regions of them says. */
function imageOf(graph: Graph): Size {
  const images = graph.inputs.filter(({ shape }) => isStatic(shape) && shape.length === 4);
  const sizes = images.map((image): Size => {
    const pooled = [...graph.nodes].find(({ inputs: [x, rois] }) => x === image && rois?.name === 'rois');
    const scale = (pooled && attributeEnding(pooled, '.spatial_scale')) ?? 1;
    const [height = 1, width = 1] = isStatic(image.shape) ? image.shape.slice(2) : [];
    return [height / scale, width / scale];
  });
  return sizes.reduce((least, size) => (size[0] < least[0] ? size : least), sizes[0] ?? [1, 1]);
}

/** Of the parameters of whichever layer. */
function attributeEnding(node: Node, end: string): number | undefined {
  const path = [...node.attributes.keys()].find((key) => key.endsWith(end));
  return path === undefined ? undefined : number(node, path, 1);
}

function bytesOf(name: string, shape: StaticShape, size: Size, random: () => number): Uint8Array {
  const data = special(name, shape, size, random) ?? uniformArray(product(shape), -1, 1, random);
  return new Uint8Array(data.buffer);
}

function special(name: string, shape: StaticShape, [height, width]: Size, random: () => number) {
  // Height and width of the image, and how it was scaled: rbgirshick/py-faster-rcnn, lib/rpn/proposal_layer.py; along each axis:
  // sanghoon/pva-faster-rcnn.
  if (name === 'im_info') return new Float32Array(product(shape)).map((_, k) => [height, width][k] ?? 1);
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
