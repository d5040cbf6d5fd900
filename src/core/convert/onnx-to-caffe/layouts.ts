/**
 * Blobs that some frameworks keep in another layout of memory, and layers that do not know it. MNN's converter puts conversions between
 * layouts into networks of every origin but Caffe (alibaba/MNN, tools/converter/source/optimizer/postconvert/AddTensorFormatConverter.cpp),
 * so its Scale, which reads channels in fours (source/backend/cpu/CPUScale.cpp), takes whatever layout a blob has.
 */
import type { Value } from '../../ir/value.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';

/** Whether a framework's layer of that type would read the blob in another layout than it has. */
export function readsWrongly({ limits }: CaffeBackend, type: string, blob: Value): boolean {
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
