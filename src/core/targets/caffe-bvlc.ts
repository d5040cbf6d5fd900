/** BVLC Caffe: the master branch of 2020, and its last release, 1.0 of 2017, which many frameworks grew out of. */
import { BVLC_RELEASE } from '../dialects/caffe/frameworks.ts';
import { CAFFE_DIRECT, CAFFE_FUSIONS, CaffeBackend, type CaffeBackendFacts, SWISH_FUSIONS } from './caffe-backend.ts';

/** What all frameworks that grew out of release 1.0 have alike. */
export const RELEASE: CaffeBackendFacts = {
  id: 'bvlc-release',
  title: 'BVLC 1.0',
  description: 'Caffe 1.0 and frameworks that grew out of it: no Clip layer, pooling rounds up',
  source: 'BVLC/caffe, tag 1.0',
  dialect: 'bvlc',
  layers: BVLC_RELEASE,
  limits: {
    unusedTops: 'outputs',
    outputs: 'blobs',
    // src/caffe/layers/argmax_layer.cpp sorts pairs of element and place.
    argMax: { ties: 'last' },
    lstm: true,
    constants: { layer: 'Parameter', shape: 'parameter_param.shape.dim' },
  },
  direct: CAFFE_DIRECT,
  fusions: CAFFE_FUSIONS,
};

export const bvlcRelease = new CaffeBackend(RELEASE);

export const bvlc = new CaffeBackend({
  ...RELEASE,
  id: 'bvlc',
  title: 'BVLC',
  description: 'Caffe as its authors left it (master branch)',
  source: 'BVLC/caffe, branch master',
  layers: [...BVLC_RELEASE, 'Clip', 'Swish'],
  fusions: [...RELEASE.fusions, ...SWISH_FUSIONS],
  // PoolingParameter.round_mode came after release 1.0 (src/caffe/layers/pooling_layer.cpp).
  limits: { ...RELEASE.limits, floorPooling: { path: 'pooling_param.round_mode', value: 'FLOOR' } },
});
