/** Where operators take weights: many frameworks take them as constants alone. Source: the ONNX operator specification. */
import type { Value } from '../../ir/value.ts';

/** From which input on an operator takes weights, biases and what it normalises by. */
const FROM_SECOND = new Set(
  `Conv ConvTranspose DeformConv ConvInteger QLinearConv Gemm MatMul MatMulInteger QLinearMatMul BatchNormalization
   InstanceNormalization GroupNormalization LayerNormalization RMSNormalization PRelu LSTM GRU RNN`.split(/\s+/),
);

/** Whether some operator reads a value as weights. */
export function isWeight(value: Value): boolean {
  for (let use = value.firstUse; use; use = use.next) {
    if (use.kind !== 'output' && use.index > 0 && use.node.domain === '' && FROM_SECOND.has(use.node.op)) return true;
  }
  return false;
}
