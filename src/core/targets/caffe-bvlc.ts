/** BVLC Caffe: the master branch of 2020, and its last release, 1.0 of 2017, which many frameworks grew out of. */
import { CAFFE_FUSIONS, CaffeBackend, type CaffeBackendFacts } from './caffe-backend.ts';

/** Registered layers that run a trained network (REGISTER_LAYER_CLASS in src/caffe/layers of release 1.0). */
const RELEASE_LAYERS = [
  ...['AbsVal', 'ArgMax', 'BatchNorm', 'BatchReindex', 'Bias', 'BNLL', 'Concat', 'Convolution', 'Crop'],
  ...['Deconvolution', 'Dropout', 'DummyData', 'Eltwise', 'ELU', 'Embed', 'Exp', 'Filter', 'Flatten', 'Im2col'],
  ...['InnerProduct', 'Input', 'Log', 'LRN', 'LSTM', 'MVN', 'Parameter', 'Pooling', 'Power', 'PReLU', 'Python'],
  ...['Reduction', 'ReLU', 'Reshape', 'RNN', 'Scale', 'Sigmoid', 'Silence', 'Slice', 'Softmax', 'Split', 'SPP'],
  ...['TanH', 'Threshold', 'Tile'],
];

const release: CaffeBackendFacts = {
  id: 'bvlc-release',
  title: 'BVLC 1.0',
  description: 'Caffe 1.0 and frameworks that grew out of it: no Clip layer, pooling rounds up',
  source: 'BVLC/caffe, tag 1.0',
  dialect: 'bvlc',
  layers: RELEASE_LAYERS,
  limits: {
    unusedTops: 'outputs',
    outputs: 'blobs',
    constants: { layer: 'Parameter', shape: 'parameter_param.shape.dim' },
  },
  direct: { Abs: 'AbsVal', Exp: 'Exp', Log: 'Log', Sigmoid: 'Sigmoid', Softplus: 'BNLL', Tanh: 'TanH' },
  // Axes do not change places here: what exchanges them is known as a whole.
  fusions: [...CAFFE_FUSIONS, 'depth-to-space-dcr', 'depth-to-space-crd', 'space-to-depth', 'channel-shuffle'],
};

export const bvlcRelease = new CaffeBackend(release);

export const bvlc = new CaffeBackend({
  ...release,
  id: 'bvlc',
  title: 'BVLC',
  description: 'Caffe as its authors left it (master branch)',
  source: 'BVLC/caffe, branch master',
  layers: [...RELEASE_LAYERS, 'Clip', 'Swish'],
  // PoolingParameter.round_mode came after release 1.0 (src/caffe/layers/pooling_layer.cpp).
  limits: { ...release.limits, floorPooling: { path: 'pooling_param.round_mode', value: 'FLOOR' } },
});
