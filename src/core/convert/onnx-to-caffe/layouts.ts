/**
 * Blobs that some frameworks keep in another layout of memory, and layers that do not know it. MNN's converter puts conversions between
 * layouts into networks of every origin but Caffe (alibaba/MNN, tools/converter/source/optimizer/postconvert/AddTensorFormatConverter.cpp),
 * so its Scale, which reads channels in fours (source/backend/cpu/CPUScale.cpp), takes whatever layout a blob has.
 */
import type { Value } from '../../ir/value.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';

/** Whether a framework's layer of that type would read the blob in another layout than it has. */
export function readsWrongly({ limits }: CaffeBackend, type: string, blob: Value): boolean {
  if (type === 'Permute') return limits.permutesByLayout === true && countsAsChannelsLast(blob);
  return type === 'Scale' && limits.scaleOfReshaped === false && wasReshaped(blob);
}

/** Layers whose result lies in memory as images do, whatever they were given: NC4HW4_SINGLE in AddTensorFormatConverter.cpp. */
const MAKE_IMAGES = new Set(['Convolution', 'Deconvolution', 'Pooling']);

/**
 * Whether a blob may have another layout: one that a Reshape made, or what becomes of it element by element. All others hand the layout of
 * their first bottom on (source/shape).
 */
function wasReshaped({ producer, shape }: Value): boolean {
  if (!producer) return shape?.length !== 4;
  if (MAKE_IMAGES.has(producer.op)) return false;
  if (producer.op === 'Reshape' || producer.op === 'Permute' || producer.op === 'InnerProduct') return true;
  return producer.inputs.some((input) => input && !input.constant && wasReshaped(input));
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
