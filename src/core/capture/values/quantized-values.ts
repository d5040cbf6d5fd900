/** Quantised tensors, and the parameters that prepack operators put together, as values of a program. */
import type { ConvolutionGeometry } from '../../formats/torch/packed-parameters.ts';
import type { StaticShape } from '../../ir/shape.ts';
import type { TensorValue } from './tensor.ts';

/** What the integers of a quantised tensor are, and how they stand for numbers: `scale * (integer - zeroPoint)`. */
export interface Quantizer {
  readonly dtype: QuantizedType;
  /** Undefined where each channel has its own; a tensor where the program keeps it as one. */
  readonly scale: number | TensorValue | undefined;
  readonly zeroPoint: bigint | TensorValue | undefined;
}

export type QuantizedType = 'int8' | 'uint8';

/** The rows of a table: `scales * (integers - zeroPoints)`, the latter two of one column. */
export interface QuantizedRows {
  readonly integers: TensorValue;
  readonly scales: TensorValue;
  readonly zeroPoints: TensorValue;
}

/** Integers of the file, and which numbers they stand for: `scales * (integers - zeroPoints)`. */
export interface QuantizedSteps {
  readonly integers: TensorValue;
  /** float32: one, or one for each slice of the first axis. */
  readonly scales: TensorValue;
  /** As many, of the type of the integers; undefined where all are 0. */
  readonly zeroPoints: TensorValue | undefined;
}

/** A quantised tensor that the file keeps. */
export interface QuantizedParts {
  /** The numbers in another shape, in which the channels keep their axis. */
  reshaped(shape: StaticShape): TensorValue;
  readonly rows: QuantizedRows | undefined;
  /** Undefined where zero points are no such integers, or stand along another axis. */
  readonly steps: QuantizedSteps | undefined;
}

/**
 * A quantised tensor: the numbers that its integers stand for, as floats. It is no TensorValue, because most operators round
 * what they make of it to integers again.
 */
export class QuantizedValue {
  readonly kind = 'quantized';
  constructor(
    readonly numbers: TensorValue,
    readonly quantizer: Quantizer,
    readonly parts?: QuantizedParts,
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
