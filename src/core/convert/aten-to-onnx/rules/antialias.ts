/**
 * Resizing with a filter as wide as the step, `antialias=True`, as ATen/native/cpu/UpSampleKernel.cpp weighs elements: a
 * product with a matrix along each axis, which every opset has.
 */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { range, resultSizes, sizes } from '../support.ts';

/** How much an element counts at a distance, and from how far. */
interface Filter {
  readonly reach: number;
  readonly weight: (distance: number) => number;
}

const LINEAR: Filter = { reach: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) };

const BEND = -0.5;
const CUBIC: Filter = {
  reach: 2,
  weight: (distance) => {
    const x = Math.abs(distance);
    if (x < 1) return ((BEND + 2) * x - (BEND + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * BEND : 0;
  },
};

/** [from, to]: column k weighs the elements around the centre of place k. */
function weights(from: number, to: number, step: number, { reach, weight }: Filter): number[] {
  const width = Math.max(step, 1);
  const support = reach * width;
  const matrix = Array<number>(from * to).fill(0);
  for (const k of range(to)) {
    const centre = step * (k + 0.5);
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), from);
    const own = range(end - first, first).map((at) => weight((at - centre + 0.5) / width));
    const total = own.reduce((sum, each) => sum + each, 0);
    for (const [j, each] of own.entries()) matrix[(first + j) * to + k] = total === 0 ? each : each / total;
  }
  return matrix;
}

interface Resize {
  readonly self?: Value | undefined;
  readonly input?: Value | undefined;
  readonly align_corners: boolean;
  readonly scales_h?: number | undefined;
  readonly scales_w?: number | undefined;
  readonly scale_factors?: readonly number[] | undefined;
}

/** How far neighbouring places are apart. */
function stepOf(args: Resize, axis: 0 | 1, from: number, to: number): number {
  if (args.align_corners) return to > 1 ? (from - 1) / (to - 1) : 0;
  const factor = args.scale_factors?.[axis] ?? (axis === 0 ? args.scales_h : args.scales_w);
  return factor ? 1 / factor : from / to;
}

const resized =
  (filter: Filter): Lowering<Resize> =>
  (args, onnx, node) => {
    const self = args.self ?? args.input;
    if (!self) throw new Error(`${node.operator} has no input`);
    const to = resultSizes(node);
    return ([0, 1] as const).reduce(
      (x, axis) => alongAxis(onnx, x, 2 + axis, to[2 + axis] ?? 1, args, filter, node),
      self,
    );
  };

function alongAxis(
  onnx: OnnxBuilder,
  x: Value,
  axis: number,
  to: number,
  args: Resize,
  filter: Filter,
  node: Node,
): Value {
  const from = sizes(x, node)[axis] ?? 1;
  const step = stepOf(args, axis === 2 ? 0 : 1, from, to);
  if (step === 1 && from === to) return x;
  const matrix = Tensor.of(dtypeOf(x), [from, to], weights(from, to, step, filter));
  return onnx.movedToLast(x, axis, (moved) => onnx.MatMul(moved, onnx.constant(matrix)));
}

export const antialiased = lowerings({
  'aten::_upsample_bilinear2d_aa': resized(LINEAR),
  'aten::_upsample_bicubic2d_aa': resized(CUBIC),
});
