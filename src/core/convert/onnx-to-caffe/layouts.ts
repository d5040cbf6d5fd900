/** Blobs that a framework counts as laid out otherwise than they are, and layers that read them by that. */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { CaffeLimits } from '../../targets/caffe-backend.ts';

/** Whether a framework's layer would read its bottom in another layout than it has. */
export function readsWrongly({ permutesByLayout }: CaffeLimits, { op, inputs: [bottom] }: Node): boolean {
  return op === 'Permute' && permutesByLayout === true && bottom !== undefined && countsAsChannelsLast(bottom);
}

const MAKE_CHANNELS_LAST = new Set(['DetectionOutput', 'Flatten', 'Permute']);
const HAND_LAYOUT_ON = new Set(['Concat', 'Reshape', 'Softmax', 'TanH']);

/**
 * Whether Tengine counts a blob as one with its channels last (OAID/Tengine source/operator/prototype: permute.c, flatten.c,
 * detection_output.c; concat.c, reshape.c, softmax.c and tanh.c hand on what their first bottom counts as). Its Permute reads such a
 * blob as if the last axis stood second.
 */
function countsAsChannelsLast({ producer }: Value): boolean {
  if (!producer) return false;
  if (MAKE_CHANNELS_LAST.has(producer.op)) return true;
  const [first] = producer.inputs;
  return HAND_LAYOUT_ON.has(producer.op) && first !== undefined && countsAsChannelsLast(first);
}
