/** Shape rules of convolutions, pools and other windows. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, floorDivide, multiply, type Shape, subtract } from '../../../ir/shape.ts';
import { intsOf } from '../data.ts';
import { agree, clash, each, type Rules, shapeOf, unknownShape } from './rule.ts';

export const convolution: Rules = {
  ...each('Conv ConvInteger', (node) => [convolved(node, shapeOf(node), shapeOf(node, 1))]),
  QLinearConv: (node) => [convolved(node, shapeOf(node), shapeOf(node, 3))],
  DeformConv: (node) => [convolved(node, shapeOf(node), shapeOf(node, 1))],
  ConvTranspose: (node) => [transposed(node)],
  ...each('AveragePool LpPool', (node) => [pooled(node)]),
  MaxPool: (node) => [pooled(node), pooled(node)],
  ...each('GlobalAveragePool GlobalLpPool GlobalMaxPool', (node) => [
    shapeOf(node)?.map((dim, k) => (k < 2 ? dim : 1)),
  ]),
  MaxUnpool: (node) => [unpooled(node)],
  ...each('MaxRoiPool', (node) => {
    const shape = shapeOf(node);
    return [shape && [shapeOf(node, 1)?.[0], shape[1], ...numbers(node.ints('pooled_shape', []))]];
  }),
  RoiAlign: (node) => {
    const size = [Number(node.int('output_height', 1n)), Number(node.int('output_width', 1n))];
    return [[shapeOf(node, 1)?.[0] ?? shapeOf(node, 2)?.[0], shapeOf(node)?.[1], ...size]];
  },
  Col2Im: (node) => {
    const columns = shapeOf(node);
    const [image, block] = [node.input(1), node.input(2)];
    const rank = node.input(1)?.shape?.[0];
    const sizes = (image && intsOf(image)) ?? (typeof rank === 'number' ? unknownShape(rank) : undefined);
    if (!sizes) return [undefined];
    const taken = block && intsOf(block)?.reduce((a, b) => a * b, 1);
    return [[columns?.[0], taken === undefined ? undefined : floorDivide(columns?.[1], taken), ...sizes]];
  },
};

interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly number[];
  readonly autoPad: string;
}

function windowOf(node: Node, kernel: readonly Dim[]): Window {
  const rank = kernel.length;
  const window = {
    kernel,
    strides: numbers(node.ints('strides', [])),
    dilations: numbers(node.ints('dilations', [])),
    pads: numbers(node.ints('pads', [])),
    autoPad: node.string('auto_pad', 'NOTSET'),
  };
  for (const name of ['strides', 'dilations'] as const) {
    const found = window[name];
    if (found.length !== 0 && found.length !== rank) clash(node, `${name} has ${found.length} numbers, not ${rank}`);
    if (found.some((value) => value <= 0)) clash(node, `${name} must be positive`);
  }
  if (window.pads.length !== 0 && window.pads.length !== 2 * rank) {
    clash(node, `pads has ${window.pads.length} numbers, not ${2 * rank}`);
  }
  return window;
}

/** The sizes after a window has slid over `sizes`. */
function slid(node: Node, sizes: Shape, window: Window, ceil: boolean): Shape {
  const rank = sizes.length;
  return sizes.map((size, k) => {
    const stride = window.strides[k] ?? 1;
    if (window.autoPad.startsWith('SAME')) return ceilDivide(size, stride);
    const kernel = window.kernel[k];
    const extent = add(multiply(subtract(kernel, 1), window.dilations[k] ?? 1), 1);
    const before = window.autoPad === 'VALID' ? 0 : (window.pads[k] ?? 0);
    const after = window.autoPad === 'VALID' ? 0 : (window.pads[k + rank] ?? 0);
    const room = subtract(add(size, before + after), extent);
    if (typeof room === 'number' && room < 0) clash(node, `a window of ${extent} does not fit into ${size}`);
    if (!ceil) return add(floorDivide(room, stride), 1);
    const count = add(ceilDivide(room, stride), 1);
    // A window that would start in the padding behind the data is left out.
    if (typeof count === 'number' && typeof size === 'number') {
      return (count - 1) * stride >= size + before ? count - 1 : count;
    }
    return stride === 1 ? count : undefined;
  });
}

function convolved(node: Node, x: Shape | undefined, w: Shape | undefined): Shape | undefined {
  const rank = x?.length ?? w?.length;
  if (rank === undefined) return undefined;
  if (x && w && x.length !== w.length) clash(node, `the data has rank ${x.length}, the weight ${w.length}`);
  if (rank < 3) clash(node, `rank ${rank} has no spatial axes`);
  const [data, weight] = [x ?? unknownShape(rank), w ?? unknownShape(rank)];
  const group = Number(node.int('group', 1n));
  agree(node, data[1], multiply(weight[1], group), 'channels of the data and of the weight');
  const given = node.ints('kernel_shape');
  const kernel = given ? numbers(given) : weight.slice(2);
  if (kernel.length !== rank - 2) clash(node, `kernel_shape has ${kernel.length} numbers, not ${rank - 2}`);
  return [data[0], weight[0], ...slid(node, data.slice(2), windowOf(node, kernel), false)];
}

function transposed(node: Node): Shape | undefined {
  const [x, w] = [shapeOf(node), shapeOf(node, 1)];
  const rank = x?.length ?? w?.length;
  if (rank === undefined) return undefined;
  const [data, weight] = [x ?? unknownShape(rank), w ?? unknownShape(rank)];
  agree(node, data[1], weight[0], 'channels of the data and of the weight');
  const channels = multiply(weight[1], Number(node.int('group', 1n)));
  const given = node.ints('output_shape');
  const kernelShape = node.ints('kernel_shape');
  const kernel = kernelShape ? numbers(kernelShape) : weight.slice(2);
  const window = windowOf(node, kernel);
  if (given?.length === rank - 2) return [data[0], channels, ...numbers(given)];
  if (given?.length === rank) return [data[0], channels, ...numbers(given.slice(2))];
  const more = numbers(node.ints('output_padding', []));
  const spatial = data.slice(2).map((size, k): Dim => {
    const stride = window.strides[k] ?? 1;
    if (window.autoPad.startsWith('SAME')) return multiply(size, stride);
    const extent = add(multiply(subtract(kernel[k], 1), window.dilations[k] ?? 1), 1);
    const pads = window.autoPad === 'VALID' ? 0 : (window.pads[k] ?? 0) + (window.pads[k + rank - 2] ?? 0);
    return subtract(add(add(multiply(subtract(size, 1), stride), more[k] ?? 0), extent), pads);
  });
  return [data[0], channels, ...spatial];
}

function pooled(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  if (!shape) return undefined;
  if (shape.length < 3) clash(node, `rank ${shape.length} has no spatial axes`);
  const kernel = numbers(node.ints('kernel_shape', []));
  if (kernel.length !== shape.length - 2)
    clash(node, `kernel_shape has ${kernel.length} numbers, not ${shape.length - 2}`);
  const ceil = node.int('ceil_mode', 0n) !== 0n;
  return [...shape.slice(0, 2), ...slid(node, shape.slice(2), windowOf(node, kernel), ceil)];
}

function unpooled(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  const wanted = node.input(2);
  if (wanted) return intsOf(wanted) ?? (shape && unknownShape(shape.length));
  if (!shape) return undefined;
  const kernel = numbers(node.ints('kernel_shape', []));
  const window = windowOf(node, kernel);
  const spatial = shape.slice(2).map((size, k) => {
    const pads = (window.pads[k] ?? 0) + (window.pads[k + kernel.length] ?? 0);
    return subtract(add(multiply(subtract(size, 1), window.strides[k] ?? 1), kernel[k]), pads);
  });
  return [...shape.slice(0, 2), ...spatial];
}

function ceilDivide(a: Dim, b: number): Dim {
  return b === 1 ? a : floorDivide(add(a, b - 1), b);
}

export function numbers(values: readonly bigint[]): number[] {
  return values.map(Number);
}
