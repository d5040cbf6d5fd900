/**
 * Quantised tensors of a file as values: their integers stay the bytes that the file has, and a node where they are first
 * read says which numbers they stand for.
 */

import { takesZeroPoints } from '../dialects/aten/quantized.ts';
import { fresh } from '../dialects/aten/rule.ts';
import type { PickledTensor, Quantization } from '../formats/torch/archive.ts';
import { int } from '../ir/attribute.ts';
import type { DataType } from '../ir/dtype.ts';
import { InputError } from '../ir/errors.ts';
import type { StaticShape } from '../ir/shape.ts';
import { ComputedSource, Tensor } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';
import { dequantized } from './operators/dequantized.ts';
import { conversion } from './operators/functional.ts';
import type { Recorder } from './recorder.ts';
import {
  type QuantizedRows,
  type QuantizedSteps,
  type QuantizedType,
  QuantizedValue,
} from './values/quantized-values.ts';
import { Storage, TensorValue } from './values/tensor.ts';

/** A tensor of int8 or uint8, what its integers stand for, and the name of its constant. */
export interface StoredQuantized {
  readonly stored: PickledTensor;
  readonly quantization: Quantization;
  readonly dtype: QuantizedType;
  readonly name: string;
}

/** The value of a quantised tensor. Throws InputError `file-malformed` where its scales do not fit its shape. */
export function quantizedConstant(recorder: Recorder, stored: StoredQuantized, file: string): QuantizedValue {
  const problem = misfitOf(stored);
  if (problem !== undefined) throw new InputError('file-malformed', problem, { file });
  const constant = new QuantizedConstant(recorder, stored);
  const single = stored.quantization.scheme === 'per-tensor' ? stored.quantization : undefined;
  const quantizer = { dtype: stored.dtype, scale: single?.scale, zeroPoint: single?.zeroPoint };
  const reshaped = (shape: StaticShape) => constant.numbers(shape, `${stored.name}_reshaped`);
  return new QuantizedValue(constant.numbers(stored.stored.shape, stored.name), quantizer, {
    reshaped,
    rows: constant.rows(),
    steps: constant.steps(),
  });
}

function misfitOf({ stored: { shape }, quantization, name }: StoredQuantized): string | undefined {
  if (quantization.scheme === 'per-tensor') return undefined;
  const { scales, zeroPoints, axis } = quantization;
  const [count, zeros] = [scales.tensor.count, zeroPoints.tensor.count];
  if (shape[axis] === count && shape[axis] === zeros) return undefined;
  return `${name} of [${shape.join(', ')}] has ${count} scales and ${zeros} zero points along axis ${axis}`;
}

class QuantizedConstant {
  private readonly made = new Map<string, Value>();

  constructor(
    private readonly recorder: Recorder,
    private readonly of: StoredQuantized,
  ) {}

  /** The numbers as float32, in a shape in which the channels keep their axis. */
  numbers(shape: StaticShape, name: string): TensorValue {
    const { recorder } = this;
    // Whatever reads it first: the node stands outside of conditions and loops, where everything sees it.
    return filledBy('float32', shape, () =>
      recorder.within(recorder.graph, () => {
        const integers = this.constant(name, this.of.stored.tensor.reshaped(shape));
        return this.hasSteps() ? this.dequantized(integers, shape) : this.scaled(integers, shape);
      }),
    );
  }

  /** Tables whose rows have their own scale and offset. */
  rows(): QuantizedRows | undefined {
    const { stored, quantization, name } = this.of;
    const [count = 0] = stored.shape;
    if (quantization.scheme === 'per-tensor' || quantization.axis !== 0 || stored.shape.length !== 2) return undefined;
    const value = (part: string, tensor: Tensor) =>
      filledBy(tensor.dtype, tensor.shape, () => this.constant(`${name}${part}`, tensor));
    return {
      integers: value('', stored.tensor),
      scales: value('_scale', inType(quantization.scales.tensor, 'float32', [count, 1])),
      zeroPoints: value('_zero_point', inType(quantization.zeroPoints.tensor, 'float32', [count, 1])),
    };
  }

  steps(): QuantizedSteps | undefined {
    const { stored, quantization, dtype, name } = this.of;
    const single = quantization.scheme === 'per-tensor';
    if (!this.hasSteps() || !(single || quantization.axis === 0)) return undefined;
    const [scales, zeros] = single
      ? [Tensor.scalar('float32', quantization.scale), Tensor.scalar(dtype, quantization.zeroPoint)]
      : [inType(quantization.scales.tensor, 'float32'), inType(quantization.zeroPoints.tensor, dtype)];
    const value = (part: string, tensor: Tensor) =>
      filledBy(tensor.dtype, tensor.shape, () => this.constant(`${name}${part}`, tensor));
    return {
      integers: value('', stored.tensor),
      scales: value('_scale', scales),
      zeroPoints: zeros.numbers().some((zero) => zero !== 0) ? value('_zero_point', zeros) : undefined,
    };
  }

  /** Whether zero points are integers of the tensor's own type: those of tables are floats. */
  private hasSteps(): boolean {
    const { quantization, dtype } = this.of;
    if (quantization.scheme === 'per-tensor') return takesZeroPoints(dtype, [quantization.zeroPoint]);
    const { tensor } = quantization.zeroPoints;
    return !tensor.dtype.startsWith('float') && takesZeroPoints(dtype, tensor.bigints());
  }

  private dequantized(integers: Value, shape: StaticShape): Value {
    const { quantization, dtype, name } = this.of;
    if (quantization.scheme === 'per-tensor') return dequantized(this.recorder, integers, quantization);
    const { scales, zeroPoints, axis } = quantization;
    const list = [shape[axis] ?? 1];
    return dequantized(this.recorder, integers, {
      axis,
      scales: this.constant(`${name}_scale`, inType(scales.tensor, 'float32', list)),
      zeroPoints: this.constant(`${name}_zero_point`, inType(zeroPoints.tensor, dtype, list)),
    });
  }

  /** The same in arithmetic. */
  private scaled(integers: Value, shape: StaticShape): Value {
    const { quantization, name } = this.of;
    const axis = quantization.scheme === 'per-channel' ? quantization.axis : -1;
    const along = shape.map((size, k) => (k === axis ? size : 1));
    const [scales, zeroPoints] =
      quantization.scheme === 'per-channel'
        ? [quantization.scales.tensor, quantization.zeroPoints.tensor]
        : [Tensor.of('float64', along, [quantization.scale]), Tensor.of('int64', along, [quantization.zeroPoint])];
    const output = fresh('float32', shape);
    const list = (part: string, tensor: Tensor) => this.constant(`${name}_${part}`, inType(tensor, 'float32', along));
    const numbers = this.recorder.value({ ...conversion(integers, 'float32'), output });
    const shifted = this.recorder.value({
      ...{ op: 'sub', overload: 'Tensor', attributes: { alpha: int(1) }, output },
      inputs: [numbers, list('zero_point', zeroPoints)],
    });
    return this.recorder.value({ op: 'mul', overload: 'Tensor', inputs: [shifted, list('scale', scales)], output });
  }

  /** A constant of the graph, once. */
  private constant(name: string, tensor: Tensor): Value {
    const key = `${name} ${tensor.shape.join()}`;
    const value = this.made.get(key) ?? this.recorder.graph.addInitializer({ name, constant: tensor });
    this.made.set(key, value);
    return value;
  }
}

function filledBy(dtype: DataType, shape: StaticShape, filling: () => Value): TensorValue {
  return new TensorValue(new Storage(filling), fresh(dtype, shape));
}

/** The same elements as another type has them, in another shape. */
function inType(tensor: Tensor, dtype: DataType, shape: StaticShape = tensor.shape): Tensor {
  if (tensor.dtype === dtype) return tensor.reshaped(shape);
  const bytes = () => Tensor.of(dtype, shape, tensor.numbers()).bytes();
  return new Tensor(dtype, shape, new ComputedSource('computed', bytes));
}
