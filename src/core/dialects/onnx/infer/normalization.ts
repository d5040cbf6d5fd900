/** Shape rules of normalisations. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import type { Dim, Shape } from '../../../ir/shape.ts';
import { tensorType } from '../../../ir/type.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { agree, clash, needRank, normalAxes, normalAxis, type Outcome, type Rules, shapeOf } from './rule.ts';

export const normalization: Rules = {
  BatchNormalization: (node, version) => batchNormalization(node, version),
  GroupNormalization: (node) => [shapeOf(node)],
  InstanceNormalization: (node) => [shapeOf(node)],
  LayerNormalization: (node) => {
    const shape = shapeOf(node);
    const axis = shape && normalAxis(node, node.int('axis', -1n), shape.length);
    const code = node.int('stash_type', 1n);
    const dtype = dtypeOfCode(code) ?? clash(node, `stash_type is ${code}, which is no element type`);
    const statistics = tensorType(
      dtype,
      shape?.map((dim, k) => (k < (axis ?? 0) ? dim : 1)),
    );
    return [shape, statistics, statistics];
  },
  MeanVarianceNormalization: (node) => {
    const shape = shapeOf(node);
    if (shape) normalAxes(node, node.ints('axes', [0n, 2n, 3n]), shape.length);
    return [shape];
  },
  RMSNormalization: (node) => {
    const shape = shapeOf(node);
    if (shape) normalAxis(node, node.int('axis', -1n), shape.length);
    return [shape];
  },
};

/**
 * Training gives running statistics, one number a channel: as outputs 1 and 2 from version 14 on, as 1 to 4 before, where
 * older graphs leave them out to say that they do not train.
 */
function batchNormalization(node: Node, version: number): Outcome[] {
  const shape = shapeOf(node);
  if (version >= 9) {
    const channels = [1, 2, 3, 4].reduce<Dim>((dim, index) => {
      const found = needRank(node, index, 1);
      return found ? agree(node, dim, found[0], 'sizes of the channels') : dim;
    }, channelsOf(shape));
    if (version >= 14) {
      const wanted = node.int('training_mode', 0n) === 0n ? 1 : 3;
      if (node.outputs.length !== wanted) clash(node, `it gives ${wanted} outputs, not ${node.outputs.length}`);
    }
    return [shape, ...Array<Shape>(4).fill([channels])];
  }
  return [shape, ...Array<Outcome>(4).fill(shapeOf(node, 1))];
}

function channelsOf(shape: Shape | undefined): Dim {
  if (!shape) return undefined;
  return shape.length > 1 ? shape[1] : 1;
}
