/**
 * Pixels to channels and back, channels in another order: by axes that change places where a backend has a layer for that,
 * else by convolutions whose weights are 1 where an element goes and 0 elsewhere. Rules: the ONNX operator specification.
 */
import type { Node } from '../../../ir/node.ts';
import type { StaticShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { picked } from '../picking.ts';
import { axisOf, type CaffeRules, constantInts, sizes } from '../rule.ts';
import { reshaped } from '../support.ts';
import { transposed } from '../transposing.ts';

/** Six axes in another order, between the shapes before and after. */
function byAxes(caffe: CaffeBuilder, x: Value, apart: StaticShape, order: readonly number[], to: StaticShape): Value {
  return reshaped(caffe, transposed(caffe, reshaped(caffe, x, apart), order), to);
}

/** Whether the framework exchanges axes of blobs that have so many. */
function exchanges(caffe: CaffeBuilder, shape: StaticShape, order: readonly number[]): boolean {
  const { layer = 'Permute', field = 'order' } = caffe.backend.limits.permute ?? {};
  const plan = { type: layer, bottoms: [shape], blobs: [], parameters: { [field]: order } };
  return caffe.backend.has(layer) && !caffe.backend.blobRefusal(shape) && !caffe.backend.refusal(plan);
}

/** A weight that is 1 at those places. */
function ones(shape: StaticShape, places: readonly (readonly [number, number, number, number])[]): Tensor {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const [, b = 1, c = 1, d = 1] = shape;
  for (const [i, j, k, l] of places) values[((i * b + j) * c + k) * d + l] = 1;
  return Tensor.ofBytes('float32', shape, new Uint8Array(values.buffer));
}

/** Each place of a block, by the channel that it belongs to. */
function blocks(channels: number, block: number) {
  const places = [...Array(block * block).keys()].map((at) => [Math.floor(at / block), at % block] as const);
  return [...Array(channels).keys()].flatMap((channel) => places.map(([row, column]) => ({ channel, row, column })));
}

function depthToSpace(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const [batch = 1, depth = 1, height = 1, width = 1] = sizes(node.input(0), node);
  const to = sizes(node.outputs[0], node);
  const block = Number(node.int('blocksize', 1n));
  const channels = depth / block ** 2;
  const crd = node.string('mode', 'DCR') === 'CRD';
  const [apart, order] = crd
    ? [
        [batch, channels, block, block, height, width],
        [0, 1, 4, 2, 5, 3],
      ]
    : [
        [batch, block, block, channels, height, width],
        [0, 3, 4, 1, 5, 2],
      ];
  if (exchanges(caffe, apart, order)) return byAxes(caffe, x, apart, order, to);
  // Channels of the result stand one behind the other, or one within the other.
  const weight = ones(
    [depth, crd ? 1 : channels, block, block],
    blocks(channels, block).map(({ channel, row, column }) => {
      const place = row * block + column;
      return crd ? [channel * block ** 2 + place, 0, row, column] : [place * channels + channel, channel, row, column];
    }),
  );
  const group = crd && channels > 1 ? channels : undefined;
  const parameters = { num_output: channels, bias_term: false, kernel_size: block, stride: block, group };
  const type = caffe.backend.limits.deconvolution ?? 'Deconvolution';
  return caffe.layer(type, [x], parameters, { blobs: [weight], shapes: [to] });
}

function spaceToDepth(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const [batch = 1, channels = 1, height = 1, width = 1] = sizes(node.input(0), node);
  const to = sizes(node.outputs[0], node);
  const block = Number(node.int('blocksize', 1n));
  const apart = [batch, channels, height / block, block, width / block, block];
  const order = [0, 3, 5, 1, 2, 4];
  if (exchanges(caffe, apart, order)) return byAxes(caffe, x, apart, order, to);
  const depth = channels * block ** 2;
  const weight = ones(
    [depth, channels, block, block],
    blocks(channels, block).map(({ channel, row, column }) => [
      (row * block + column) * channels + channel,
      channel,
      row,
      column,
    ]),
  );
  const parameters = { num_output: depth, bias_term: false, kernel_size: block, stride: block };
  return caffe.layer('Convolution', [x], parameters, { blobs: [weight], shapes: [to] });
}

/** The groups between which indices deal all channels out, as ShuffleChannel does; undefined where they do something else. */
function shuffledGroups(indices: readonly number[], channels: number): number | undefined {
  const size = indices[1] ?? 0;
  const groups = channels / size;
  if (indices.length !== channels || size < 2 || groups < 2 || !Number.isInteger(groups)) return undefined;
  return indices.every((index, k) => index === (k % groups) * size + Math.floor(k / groups)) ? groups : undefined;
}

/** By a layer of its own, or by three that exchange axes; undefined where the framework has neither. */
function shuffled(caffe: CaffeBuilder, x: Value, groups: number): Value | undefined {
  const parameters = { group: groups };
  if (caffe.can('ShuffleChannel', [x], parameters)) return caffe.layer('ShuffleChannel', [x], parameters);
  const own = sizesOf(x);
  const [batch = 1, channels = 1, ...rest] = own;
  const inner = rest.reduce((all, size) => all * size, 1);
  const apart = [batch, groups, channels / groups, inner];
  return exchanges(caffe, apart, [0, 2, 1, 3]) ? byAxes(caffe, x, apart, [0, 2, 1, 3], own) : undefined;
}

function gather(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const own = sizesOf(x);
  const axis = axisOf(node.int('axis', 0n), own.length);
  const size = own[axis] ?? 1;
  const indices = constantInts(node, 1, caffe)?.map((index) => (index < 0 ? index + size : index)) ?? [];
  if (indices.length === 0 || indices.some((index) => index < 0 || index >= size))
    caffe.refuseAttribute('these indices', 'they pick nothing, or what is not there');
  const groups = axis === 1 ? shuffledGroups(indices, size) : undefined;
  if (groups !== undefined) {
    const made = shuffled(caffe, x, groups);
    if (made) return made;
  }
  return reshaped(caffe, picked(caffe, x, axis, indices), sizes(node.outputs[0], node));
}

export const rearranging: CaffeRules = { DepthToSpace: depthToSpace, SpaceToDepth: spaceToDepth, Gather: gather };
