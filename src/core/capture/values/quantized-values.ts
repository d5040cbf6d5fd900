/** Quantised tensors, and the parameters that prepack operators put together, as values of a program. */
import type { ConvolutionGeometry } from '../../formats/torch/packed-parameters.ts';
import type { TensorValue } from './tensor.ts';

/** What the integers of a quantised tensor are, and how they stand for numbers: `scale * (integer - zeroPoint)`. */
export interface Quantizer {
  readonly dtype: QuantizedType;
  /** Undefined where each channel has its own; a tensor where the program keeps it as one. */
  readonly scale: number | TensorValue | undefined;
  readonly zeroPoint: bigint | TensorValue | undefined;
}

export type QuantizedType = 'int8' | 'uint8';

/**
 * A quantised tensor: the numbers that its integers stand for, as floats. It is no TensorValue, because most operators round
 * what they make of it to integers again.
 */
export class QuantizedValue {
  readonly kind = 'quantized';
  constructor(
    readonly numbers: TensorValue,
    readonly quantizer: Quantizer,
  ) {}
}

export interface CapturedConvolution extends ConvolutionGeometry {
  readonly operator: 'convolution';
  readonly weight: QuantizedValue;
  readonly bias: TensorValue | null;
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
