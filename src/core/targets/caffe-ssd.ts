/**
 * Frameworks that are Caffe 1.0 with more layers: those of weiliu89 (SSD), NVIDIA and Intel, and Caffe with Upsample; and SegNet's,
 * which is older.
 */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { CAFFE_FUSIONS, CaffeBackend, SWISH_FUSIONS } from './caffe-backend.ts';
import { bvlc, RELEASE } from './caffe-bvlc.ts';

/** src/caffe/layers/normalize_layer.cpp of weiliu89/caffe, branch ssd, and of those that have it from there. */
export const NORMALIZE = { layer: 'Normalize', eps: 'under the root' } as const;

export const ssd = new CaffeBackend({
  ...RELEASE,
  id: 'ssd',
  title: 'SSD',
  description: 'Caffe for single-shot detection: Permute, Normalize, PriorBox, DetectionOutput',
  source: FRAMEWORKS.ssd.source,
  dialect: 'ssd',
  layers: FRAMEWORKS.ssd.layers,
  fusions: CAFFE_FUSIONS,
  limits: { ...RELEASE.limits, normalize: NORMALIZE },
});

export const nvcaffe = new CaffeBackend({
  ...RELEASE,
  id: 'nvcaffe',
  title: 'NVIDIA',
  description: "NVIDIA's Caffe, and TensorRT's reader of it: weights may be half-precision",
  source: FRAMEWORKS.nvcaffe.source,
  dialect: 'nvcaffe',
  layers: FRAMEWORKS.nvcaffe.layers,
  fusions: CAFFE_FUSIONS,
  // It has no layer for constant blobs.
  limits: { unusedTops: 'outputs', outputs: 'blobs', argMax: { ties: 'last' }, lstm: true, normalize: NORMALIZE },
});

export const intel = new CaffeBackend({
  ...RELEASE,
  id: 'intel',
  title: 'Intel',
  description: "Intel's Caffe for CPUs",
  source: FRAMEWORKS.intel.source,
  dialect: 'intel',
  layers: FRAMEWORKS.intel.layers,
  fusions: [...CAFFE_FUSIONS, ...SWISH_FUSIONS],
  limits: {
    ...RELEASE.limits,
    normalize: NORMALIZE,
    // src/caffe/layers/simpler_nms_layer.cpp keeps it, and looks at no score by it.
    ignores: [...(RELEASE.limits.ignores ?? []), 'simpler_nms_param.cls_threshold'],
  },
});

export const yoloUpsample = new CaffeBackend({
  ...bvlc.facts,
  id: 'yolo-upsample',
  title: 'BVLC with Upsample',
  description: 'Caffe with the Upsample layer that YOLO v3 networks are converted to',
  source: FRAMEWORKS['yolo-upsample'].source,
  dialect: 'yolo-upsample',
  layers: FRAMEWORKS['yolo-upsample'].layers,
  // SeanQ88/caffe_upsample src/caffe/layers/upsample_layer.cpp
  limits: { ...bvlc.facts.limits, repeat: { layer: 'Upsample', field: 'scale' } },
});

/** Networks come from there; none is made for it: it has neither Input nor Scale, and nobody has carried it on. */
export const segnet = new CaffeBackend({
  ...RELEASE,
  id: 'segnet',
  title: 'SegNet',
  description: 'the Caffe of SegNet: BN, and Upsample by the mask of a pooling',
  source: FRAMEWORKS.segnet.source,
  dialect: 'segnet',
  layers: FRAMEWORKS.segnet.layers,
  limits: { unusedTops: 'outputs', outputs: 'blobs', argMax: { ties: 'last' } },
});
