/** ONNX itself, at the opsets that are written. */
import type { OnnxTarget } from './target.ts';

export const ONNX_TARGET: OnnxTarget = {
  kind: 'onnx',
  id: 'onnx',
  title: 'ONNX',
  description: 'Runs in onnxruntime and in most inference frameworks',
  opsets: { lowest: 1, highest: 28, usual: 17 },
  // Fewer operators, all of ai.onnx, the same function, and kernels for them in onnxruntime 1.30 on the CPU. Not taken:
  // LpNormalization (0 where the quotient is not defined), GlobalAveragePool and Gather (known as what they are made of).
  fusions: [
    ...['erf-gelu', 'tanh-gelu', 'sigmoid', 'swish', 'scaled-swish'],
    ...['softplus', 'softplus-of-magnitude', 'softsign', 'mish'],
    ...['relu6-hard-sigmoid', 'hard-sigmoid', 'hard-swish'],
    ...['relu-of-where', 'thresholded-relu', 'leaky-relu', 'leaky-relu-of-max'],
    ...['prelu', 'prelu-of-two', 'prelu-of-sum', 'elu', 'elu-of-one', 'celu', 'selu'],
    ...['layer-normalization', 'layer-normalization-of-rows', 'rms-normalization'],
    ...['scale-into-normalization', 'shift-into-normalization', 'group-normalization'],
    ...['sum-of-squares', 'sum-of-squares-before-18', 'sum-of-magnitudes', 'sum-of-magnitudes-before-18'],
    ...['log-of-sum-of-exponentials', 'log-of-sum-of-exponentials-before-18', 'root-of-sum-of-squares'],
    ...['softmax-of-exponentials', 'maximum-before-softmax'],
    ...['depth-to-space-dcr', 'depth-to-space-crd', 'space-to-depth'],
    ...['twice-scaled-attention', 'masked-twice-scaled-attention', 'scaled-attention', 'masked-scaled-attention'],
    ...['divided-attention', 'masked-divided-attention', 'attention', 'masked-attention'],
  ],
};
