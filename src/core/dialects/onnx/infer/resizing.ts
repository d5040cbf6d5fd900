/** Shape rules of Resize and Upsample. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { type Dim, multiply, type Shape } from '../../../ir/shape.ts';
import { intsOf } from '../data.ts';
import { clash, lengthOf, needRank, normalAxes, type Rules, shapeOf, spelled, withDim } from './rule.ts';

export const resizing: Rules = {
  Resize: (node, version) => [version < 11 ? upsampled(node) : resized(node, version)],
  Upsample: (node) => [upsampled(node)],
};

/** Upsample, and Resize of opset 10: sizes are floor(size * scale). Scales were attributes until opset 8. */
function upsampled(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  const input = node.input(1);
  const byName = [node.float('height_scale'), node.float('width_scale')];
  const scales =
    node.attribute('scales', 'floats') ??
    (byName[0] !== undefined ? [1, 1, byName[0], byName[1] ?? 1] : input && intsOf(input));
  if (shape && scales && scales.length !== shape.length) {
    clash(node, `${scales.length} scales for rank ${shape.length}`);
  }
  return shape?.map((dim, k) => scaled(dim, scales?.[k]));
}

function scaled(dim: Dim, scale: number | undefined): Dim {
  if (scale === undefined || dim === undefined) return undefined;
  if (typeof dim === 'number') return Math.floor(dim * scale);
  return Number.isInteger(scale) ? multiply(dim, scale) : undefined;
}

/** Either scales or sizes tell the result, of all axes or, from opset 18 on, of some. */
function resized(node: Node, version: number): Shape | undefined {
  const shape = shapeOf(node);
  const bySizes = isGiven(node, 3);
  const byScales = isGiven(node, 2);
  if (version >= 13 && bySizes === byScales) {
    clash(node, bySizes ? 'it has both scales and sizes' : 'it has neither scales nor sizes');
  }
  for (const index of [2, 3]) if (isGiven(node, index)) needRank(node, index, 1);
  const policy = node.string('keep_aspect_ratio_policy', 'stretch');
  if (!['stretch', 'not_larger', 'not_smaller'].includes(policy)) clash(node, `there is no policy ${policy}`);
  if (byScales && policy !== 'stretch') clash(node, `the policy ${policy} does not go with scales`);
  if (!shape) return undefined;
  const axes = normalAxes(node, node.ints('axes') ?? [...shape.keys()], shape.length);
  const sizes = bySizes ? spelled(node, 3) : undefined;
  const scalesInput = byScales ? node.input(2) : undefined;
  const scales = scalesInput && intsOf(scalesInput);
  for (const index of [2, 3]) {
    const count = isGiven(node, index) ? (spelled(node, index)?.length ?? lengthOf(node, index)) : undefined;
    if (count !== undefined && count !== axes.length) clash(node, `${count} numbers for ${axes.length} axes`);
  }
  if (sizes && policy !== 'stretch') return keepingAspect(shape, axes, sizes, policy);
  return axes.reduce<Shape>((result, axis, k) => {
    return withDim(result, axis, bySizes ? sizes?.[k] : scaled(shape[axis], scales?.[k]));
  }, shape);
}

/** An input without elements counts as one that is not there. */
function isGiven(node: Node, index: number): boolean {
  return node.input(index) !== undefined && lengthOf(node, index) !== 0;
}

/** One scale for all axes: the smallest or the largest that the sizes ask for; halves round up. */
function keepingAspect(shape: Shape, axes: readonly number[], sizes: Shape, policy: string): Shape {
  const ratios = axes.map((axis, k) => {
    const [size, wanted] = [shape[axis], sizes[k]];
    return typeof size === 'number' && typeof wanted === 'number' ? wanted / size : Number.NaN;
  });
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return axes.reduce<Shape>((result, axis) => {
    const size = shape[axis];
    const known = typeof size === 'number' && !Number.isNaN(scale);
    return withDim(result, axis, known ? Math.floor(size * scale + 0.5) : undefined);
  }, shape);
}
