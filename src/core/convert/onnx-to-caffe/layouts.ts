/** Blobs that a framework counts as laid out otherwise than they are, and layers that read them by that. */
import type { Value } from '../../ir/value.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';

/** Whether a framework's layer of that type would read the blob in another layout than it has. */
export function readsWrongly({ limits }: CaffeBackend, type: string, blob: Value): boolean {
  return type === 'Permute' && limits.permutesByLayout === true && countsAsChannelsLast(blob);
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
