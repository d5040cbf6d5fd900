/** Blocks of channels that become places (DepthToSpace), in the order that came with opset 11. */
import type { Value } from '../../ir/value.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from './adapter.ts';
import { sizeList, sizeOf } from './decompositions/forms.ts';

/** CRD: the channel counts first, then the row and the column within the block. DCR is what all versions do. */
const depthToSpace = adapter(down(11, 'DepthToSpace'), (node, onnx) => {
  const mode = node.string('mode', 'DCR');
  if (mode === 'DCR') return onnx.same([operand(node)], { mode: undefined });
  const x = operand(node);
  const block = Number(node.int('blocksize', 1n));
  if (rankOf(node) !== 4) tooOld(node, 11, 'its input is no batch of images');
  const size = (axis: number): number | Value => numberOf(x, axis) ?? sizeOf(onnx, x, axis);
  const larger = (axis: number): number | Value => {
    const own = size(axis);
    return typeof own === 'number' ? own * block : onnx.Mul(own, onnx.ints([block]));
  };
  const apart = onnx.Reshape(x, sizeList(onnx, [size(0), -1, block, block, size(2), size(3)]));
  const moved = onnx.transpose(apart, [0, 1, 4, 2, 5, 3]);
  return onnx.Reshape(moved, sizeList(onnx, [size(0), -1, larger(2), larger(3)]));
});

function numberOf(x: Value, axis: number): number | undefined {
  const size = x.shape?.[axis];
  return typeof size === 'number' ? size : undefined;
}

export const blocks: readonly Adapter[] = [depthToSpace];
