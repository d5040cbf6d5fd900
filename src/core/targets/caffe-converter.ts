/** What frameworks have alike that run no Caffe networks themselves, but convert them. */
import { CAFFE_DIRECT, CAFFE_FUSIONS, type CaffeBackendFacts } from './caffe-backend.ts';
import type { LayerLimits } from './layer-limits.ts';

/** Their users ask for blobs by name, and tops that nobody reads do no harm. */
export const CONVERTER = {
  limits: { unusedTops: 'ignored', outputs: 'blobs' },
  direct: CAFFE_DIRECT,
  fusions: CAFFE_FUSIONS,
} as const satisfies Partial<CaffeBackendFacts>;

/** Windows over images: four axes, and one distance of kernel elements for both. */
export const JOINT_DILATION: LayerLimits = { axes: [4, 4], joint: ['dilation'] };

/** Factors that lie in the layer itself, one a channel. */
export const OWN_FACTORS: LayerLimits = { axes: [2, 4], factors: 'channels', bottoms: 1 };
