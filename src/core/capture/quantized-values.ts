/** Quantised tensors, and the parameters that prepack operators put together, as values of a program. */
import type { TensorValue } from './tensor.ts';

/** Which numbers integers stand for: `scale * (integer - zeroPoint)`. */
export type CapturedQuantization =
  | { readonly scheme: 'per-tensor'; readonly scale: number; readonly zeroPoint: bigint }
  | {
      readonly scheme: 'per-channel';
      readonly scales: TensorValue;
      readonly zeroPoints: TensorValue;
      readonly axis: number;
    };

/** A quantised tensor. It is no TensorValue, so that nobody takes its integers for its elements. */
export class QuantizedValue {
  readonly kind = 'quantized';
  constructor(
    readonly integers: TensorValue,
    readonly quantization: CapturedQuantization,
  ) {}
}

export interface CapturedConvolution {
  readonly operator: 'convolution';
  readonly weight: QuantizedValue;
  readonly bias: TensorValue | null;
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly transposed: boolean;
}

export interface CapturedLinear {
  readonly operator: 'linear';
  /** A plain tensor where it is meant for half precision. */
  readonly weight: QuantizedValue | TensorValue;
  readonly bias: TensorValue | null;
}

export interface CapturedEmbedding {
  readonly operator: 'embedding';
  readonly weight: QuantizedValue;
  readonly bits: number;
}

export type CapturedParameters = CapturedConvolution | CapturedLinear | CapturedEmbedding;

/** `torch.classes.quantized.*PackedParamsBase`. */
export class PackedValue {
  readonly kind = 'packed';
  constructor(readonly parameters: CapturedParameters) {}
}
