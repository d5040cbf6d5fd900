/** What must agree among the lists that spell the trees of a TreeEnsemble. Rules: the specification of ai.onnx.ml 5. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import { clash } from './rule.ts';

const NODE_LISTS =
  'nodes_featureids nodes_truenodeids nodes_falsenodeids nodes_trueleafs nodes_falseleafs nodes_missing_value_tracks_true';

/** Throws where lists of the same things differ in length, or numbers are not of the input's type. */
export function checkTrees(node: Node): void {
  const type = node.input(0)?.dtype;
  const splits = node.attribute('nodes_splits', 'tensor') ?? clash(node, 'it lacks the attribute nodes_splits');
  const count = lengthOf(node, 'nodes_splits', splits);
  for (const name of NODE_LISTS.split(' ')) {
    const length = node.ints(name)?.length;
    if (length !== undefined && length !== count) clash(node, `${name} has ${length} numbers, not ${count}`);
  }
  for (const [name, dtype] of [
    ['nodes_hitrates', undefined],
    ['nodes_modes', 'uint8'],
  ] as const) {
    const list = node.attribute(name, 'tensor');
    if (!list) continue;
    if (lengthOf(node, name, list) !== count) clash(node, `${name} has ${list.count} numbers, not ${count}`);
    if (dtype) ofType(node, name, list, dtype);
  }
  for (const name of ['nodes_splits', 'membership_values', 'leaf_weights']) {
    const list = node.attribute(name, 'tensor');
    if (list && type) ofType(node, name, list, type);
  }
  const [targets, weights] = [node.ints('leaf_targetids'), node.attribute('leaf_weights', 'tensor')];
  if (!targets || !weights) clash(node, 'it needs leaf_targetids and leaf_weights');
  if (targets.length !== lengthOf(node, 'leaf_weights', weights)) {
    clash(node, `leaf_targetids has ${targets.length} numbers, leaf_weights ${weights.count}`);
  }
}

function ofType(node: Node, name: string, list: Tensor, type: DataType): void {
  if (list.dtype !== type) clash(node, `${name} is ${list.dtype}, not ${type}`);
}

function lengthOf(node: Node, name: string, list: Tensor): number {
  if (list.shape.length !== 1) clash(node, `${name} has rank ${list.shape.length}, not 1`);
  return list.count;
}
