/**
 * GridSample (16; of volumes 20). Formulas: the ONNX operator specification; where it is silent, onnxruntime and PyTorch. (The
 * reference implementation of ONNX, onnx/reference/ops/op_grid_sample.py, moves cubic places to the border first.)
 */
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from '../adapter.ts';
import { countedAlong, naturals } from './counting.ts';
import { sizeOf, sliced, typed } from './forms.ts';
import { type Extent, extentOf, rowsOf, type Sampling, sampled, tapsAt } from './sampling.ts';

export function gridSampled(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const { value: x, dtype } = typed(node);
  const grid = operand(node, 1);
  const spatial = rankOf(node) - 2;
  const mode = modeOf(node);
  if (mode !== 'nearest' && !isFloat(dtype)) tooOld(node, needed, `it interpolates ${dtype}`);
  const sampling: Sampling = {
    mode,
    padding: node.string('padding_mode', 'zeros'),
    corners: node.int('align_corners', 0n) !== 0n,
    dtype: dtypeOf(grid) === 'float64' ? 'float64' : 'float32',
  };
  const wide = onnx.cast(grid, sampling.dtype);
  // The last number of a grid is the place along the first axis.
  const axes = naturals(spatial).map((axis) => {
    const number = spatial - 1 - axis;
    const coordinate = onnx.squeeze(sliced(onnx, wide, spatial + 1, number, number + 1), [spatial + 1]);
    const extent = extentOf(onnx, x, axis + 2, sampling.dtype);
    if (extent.known === 0) refuse('invalid-model', node, { reason: 'its image is empty' });
    const taps = tapsAt(onnx, placeOf(onnx, coordinate, extent, sampling), extent, sampling, dtype);
    return { taps, size: sizeOf(onnx, x, axis + 2) };
  });
  const samples = onnx.unsqueeze(
    countedAlong(onnx, x, 0),
    naturals(spatial).map((k) => k + 1),
  );
  const values = sampled(onnx, rowsOf(onnx, x, 1, spatial + 2), samples, axes, spatial + 1, dtype);
  return onnx.transpose(values, [0, spatial + 1, ...naturals(spatial).map((k) => k + 1)]);
}

function modeOf(node: Node): Sampling['mode'] {
  const mode = node.string('mode', 'linear');
  if (mode === 'nearest') return mode;
  return mode.endsWith('cubic') ? 'cubic' : 'linear';
}

/** From -1 to 1 stands for the way from end to end. */
function placeOf(onnx: OnnxBuilder, n: Value, { size }: Extent, { corners, dtype }: Sampling): Value {
  const at = (number: number) => onnx.constant(number, dtype);
  const whole = onnx.Add(n, at(1));
  if (corners) return onnx.Mul(onnx.Div(whole, at(2)), onnx.Sub(size, at(1)));
  return onnx.Div(onnx.Sub(onnx.Mul(whole, size), at(1)), at(2));
}

export const gridSample: readonly Adapter[] = [
  adapter(down(16, 'GridSample'), (node, onnx) => gridSampled(node, onnx, 16)),
];
