/**
 * Pixels to channels and back, channels in another order: by axes that change places where a backend has a layer for that,
 * else by convolutions whose weights are 1 where an element goes and 0 elsewhere. Rules: the ONNX operator specification.
 */
import type { Node } from '../../../ir/node.ts';
import type { StaticShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { axisOf, type CaffeRules, constantInts, sizes } from '../rule.ts';
import { cut, joined, reshaped } from '../support.ts';

/** More pieces than that are not cut and joined one by one. */
const MOST_PIECES = 8;

/** Six axes in another order, between the shapes before and after. */
function byAxes(caffe: CaffeBuilder, x: Value, apart: StaticShape, order: readonly number[], to: StaticShape): Value {
  const moved = order.map((axis) => apart[axis] ?? 1);
  const turned = caffe.layer('Permute', [reshaped(caffe, x, apart)], { order }, { shapes: [moved] });
  return reshaped(caffe, turned, to);
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
  if (caffe.backend.has('Permute')) {
    return crd
      ? byAxes(caffe, x, [batch, channels, block, block, height, width], [0, 1, 4, 2, 5, 3], to)
      : byAxes(caffe, x, [batch, block, block, channels, height, width], [0, 3, 4, 1, 5, 2], to);
  }
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
  return caffe.layer('Deconvolution', [x], parameters, { blobs: [weight], shapes: [to] });
}

function spaceToDepth(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const [batch = 1, channels = 1, height = 1, width = 1] = sizes(node.input(0), node);
  const to = sizes(node.outputs[0], node);
  const block = Number(node.int('blocksize', 1n));
  if (caffe.backend.has('Permute')) {
    const apart = [batch, channels, height / block, block, width / block, block];
    return byAxes(caffe, x, apart, [0, 3, 5, 1, 2, 4], to);
  }
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

/** Neighbours that are picked in their order, as pieces: where each begins, and how long it is. */
function piecesOf(indices: readonly number[]): readonly { readonly begin: number; readonly length: number }[] {
  const pieces: { begin: number; length: number }[] = [];
  for (const index of indices) {
    const last = pieces.at(-1);
    if (last && last.begin + last.length === index) last.length++;
    else pieces.push({ begin: index, length: 1 });
  }
  return pieces;
}

function gather(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const own = sizesOf(x);
  const axis = axisOf(node.int('axis', 0n), own.length);
  const size = own[axis] ?? 1;
  const indices = constantInts(node, 1, caffe)?.map((index) => (index < 0 ? index + size : index)) ?? [];
  if (indices.length === 0 || indices.some((index) => index < 0 || index >= size))
    caffe.refuseAttribute('these indices', 'they pick nothing, or what is not there');
  const picked = own.with(axis, indices.length);
  const to = sizes(node.outputs[0], node);
  const pieces = piecesOf(indices);
  if (pieces.length <= MOST_PIECES) {
    const parts = pieces.map(({ begin, length }) => cut(caffe, x, axis, begin, length));
    return reshaped(caffe, joined(caffe, parts, axis), to);
  }
  if (axis !== 1 || own.length < 3) caffe.refuseAttribute('these indices', 'they pick too many pieces');
  // One element of each channel makes one of the result.
  const flat = own.length === 4 ? x : reshaped(caffe, x, [own[0] ?? 1, size, 1, product(own.slice(2))]);
  const weight = ones(
    [indices.length, size, 1, 1],
    indices.map((index, k) => [k, index, 0, 0]),
  );
  const parameters = { num_output: indices.length, bias_term: false, kernel_size: 1 };
  const shapes = [sizesOf(flat).with(1, indices.length)];
  const result = caffe.layer('Convolution', [flat], parameters, { blobs: [weight], shapes });
  return reshaped(caffe, reshaped(caffe, result, picked), to);
}

function product(shape: StaticShape): number {
  return shape.reduce((all, size) => all * size, 1);
}

export const rearranging: CaffeRules = { DepthToSpace: depthToSpace, SpaceToDepth: spaceToDepth, Gather: gather };
