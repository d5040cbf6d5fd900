/** Normalisations. Layers: BVLC/caffe src/caffe/layers/{batch_norm,scale,lrn,softmax}_layer.cpp. */
import { refuse } from '../../../problems/problem.ts';
import { axisOf, type CaffeRules, sizes, weight } from '../rule.ts';
import { affine, scaled } from '../support.ts';
import { filled } from '../weights.ts';

export const normalization: CaffeRules = {
  // BatchNorm divides its blobs by the third one; Scale applies what ONNX calls scale and B.
  BatchNormalization: (node, caffe) => {
    if (node.int('training_mode', 0n) !== 0n)
      caffe.refuseAttribute('training_mode', 'networks run by fixed statistics');
    const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => weight(node, index, caffe));
    if (!scale) return refuse('invalid-model', node, { reason: 'a normalisation has four parameters' });
    const parameters = { use_global_stats: true, eps: node.float('epsilon', 1e-5) };
    const blobs = [mean, variance, filled([1], 1)];
    const normal = caffe.layer('BatchNorm', [caffe.input(node, 0)], parameters, { blobs });
    return scaled(caffe, normal, { axis: 1, axes: 1, tensor: scale }, shift);
  },

  // Both divide alpha by the size.
  LRN: (node, caffe) => {
    const size = Number(node.int('size', 1n));
    if (size % 2 === 0) caffe.refuseAttribute(`size ${size}`, 'LRN takes odd sizes');
    if (sizes(node.input(0), node).length !== 4) caffe.refuseAttribute('an input of this rank', 'LRN takes rank 4');
    const [alpha, beta, bias] = [node.float('alpha', 1e-4), node.float('beta', 0.75), node.float('bias', 1)];
    const x = caffe.input(node, 0);
    if (bias === 1 || !caffe.backend.limits.ignores?.includes('lrn_param.k')) {
      return caffe.layer('LRN', [x], { local_size: size, alpha, beta, k: bias });
    }
    // (k + a s) ^ -beta = k ^ -beta * (1 + a / k * s) ^ -beta
    if (bias <= 0) caffe.refuseAttribute(`bias ${bias}`, 'its LRN adds 1');
    const normal = caffe.layer('LRN', [x], { local_size: size, alpha: alpha / bias, beta });
    return affine(caffe, normal, bias ** -beta, 0);
  },

  Softmax: (node, caffe) => {
    const axis = axisOf(node.int('axis', -1n), sizes(node.input(0), node).length);
    return caffe.layer('Softmax', [caffe.input(node, 0)], { axis: axis === 1 ? undefined : axis });
  },
};
