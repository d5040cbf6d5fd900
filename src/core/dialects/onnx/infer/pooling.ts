/** Shape rules of pools. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { add, multiply, type Shape, subtract } from '../../../ir/shape.ts';
import { NamedSizes } from './named-sizes.ts';
import { clash, each, needRank, type Rules, shapeOf, spelled, unknownShape } from './rule.ts';
import { numbers, type Rounding, slid, windowOf } from './windows.ts';

export const pooling: Rules = {
  LpPool: (node, version) => [version < 2 ? powers(node) : pooled(node, 'clipped')],
  // How the last window is counted was settled late.
  AveragePool: (node, version) => [pooled(node, version < 22 ? 'ceil' : 'clipped')],
  MaxPool: (node, version) => {
    const shape = pooled(node, version < 22 ? 'ceil' : 'clipped');
    return [shape, shape];
  },
  ...each('GlobalAveragePool GlobalLpPool GlobalMaxPool', (node) => {
    const shape = shapeOf(node);
    if (shape && shape.length < 2) clash(node, `rank ${shape.length} has no channels`);
    return [shape?.map((dim, k) => (k < 2 ? dim : 1))];
  }),
  MaxUnpool: (node) => [unpooled(node)],
  MaxRoiPool: (node) => {
    const sizes = new NamedSizes(node).read(0, 'N C H W').read(1, 'rois 5');
    const pooled = numbers(node.ints('pooled_shape') ?? clash(node, 'it lacks the attribute pooled_shape'));
    if (pooled.length !== 2 || pooled.some((size) => size <= 0)) clash(node, `pooled_shape is [${pooled.join(', ')}]`);
    return [[sizes.get('rois'), sizes.get('C'), ...pooled]];
  },
  RoiAlign: (node) => {
    const sizes = new NamedSizes(node).read(0, 'N C H W').read(1, 'rois 4').read(2, 'rois');
    const size = [Number(node.int('output_height', 1n)), Number(node.int('output_width', 1n))];
    return [[sizes.get('rois'), sizes.get('C'), ...size]];
  },
};

function pooled(node: Node, rounded: Rounding): Shape | undefined {
  const shape = shapeOf(node);
  if (!shape) return undefined;
  if (shape.length < 3) clash(node, `rank ${shape.length} has no spatial axes`);
  const kernel = kernelOf(node, shape.length - 2);
  const rounding = node.int('ceil_mode', 0n) !== 0n ? rounded : 'floor';
  return [...shape.slice(0, 2), ...slid(node, shape.slice(2), windowOf(node, kernel), rounding)];
}

/** LpPool 1 may leave its window out. */
function powers(node: Node): Shape | undefined {
  return node.attributes.has('kernel_shape') ? pooled(node, 'clipped') : undefined;
}

function kernelOf(node: Node, count: number): readonly number[] {
  const kernel = numbers(node.ints('kernel_shape') ?? clash(node, 'it lacks the attribute kernel_shape'));
  if (kernel.length !== count) clash(node, `kernel_shape has ${kernel.length} numbers, not ${count}`);
  return kernel;
}

function unpooled(node: Node): Shape | undefined {
  const [shape, indices] = [shapeOf(node), shapeOf(node, 1)];
  for (const each of [shape, indices]) if (each && each.length < 2) clash(node, `rank ${each.length} has no channels`);
  const asked = node.input(2) && needRank(node, 2, 1);
  if (asked && shape && typeof asked[0] === 'number' && asked[0] !== shape.length) {
    clash(node, `the wanted shape has ${asked[0]} sizes, not ${shape.length}`);
  }
  if (!shape) return spelled(node, 2);
  const kernel = kernelOf(node, shape.length - 2);
  const window = windowOf(node, kernel);
  if (node.input(2)) return spelled(node, 2) ?? unknownShape(shape.length);
  const spatial = shape.slice(2).map((size, k) => {
    const pads = (window.pads[k] ?? 0) + (window.pads[k + kernel.length] ?? 0);
    return subtract(add(multiply(subtract(size, 1), window.strides[k] ?? 1), kernel[k]), pads);
  });
  return [...shape.slice(0, 2), ...spatial];
}
