/** Operators that put quantised parameters together: modules call them in `__setstate__` (quantized::*_prepack). */

import {
  type CapturedConvolution,
  type CapturedParameters,
  PackedValue,
  QuantizedValue,
} from '../values/quantized-values.ts';
import { type CapturedValue, isTensor, itemsOf } from '../values/values.ts';
import type { Keywords } from './dispatch.ts';
import type { Operators } from './operators.ts';
import { halved } from './quantized-dynamic.ts';

type Prepack = (args: readonly CapturedValue[], operators: Operators) => CapturedParameters | undefined;

/** weight, bias, stride, padding, (output padding,) dilation, groups */
const convolution =
  (transposed: boolean): Prepack =>
  ([weight, bias, stride, padding, ...rest]) => {
    const [outputPadding, dilation, groups] = transposed ? rest : [undefined, ...rest];
    if (!(weight instanceof QuantizedValue)) return undefined;
    const sizes = { stride: sizesOf(stride), padding: sizesOf(padding), dilation: sizesOf(dilation) };
    if (!sizes.stride || !sizes.padding || !sizes.dilation || typeof groups !== 'bigint') return undefined;
    const parameters: CapturedConvolution = {
      operator: 'convolution',
      weight,
      bias: isTensor(bias) ? bias : null,
      stride: sizes.stride,
      padding: sizes.padding,
      dilation: sizes.dilation,
      outputPadding: sizesOf(outputPadding) ?? sizes.stride.map(() => 0),
      groups: Number(groups),
      transposed,
    };
    return parameters;
  };

const linear: Prepack = ([weight, bias]) =>
  weight instanceof QuantizedValue || isTensor(weight)
    ? { operator: 'linear', weight, bias: isTensor(bias) ? bias : null }
    : undefined;

const PREPACK: Readonly<Record<string, Prepack>> = {
  conv1d_prepack: convolution(false),
  conv2d_prepack: convolution(false),
  conv3d_prepack: convolution(false),
  conv_transpose1d_prepack: convolution(true),
  conv_transpose2d_prepack: convolution(true),
  conv_transpose3d_prepack: convolution(true),
  linear_prepack: linear,
  linear_prepack_fp16: ([weight, bias], operators) =>
    isTensor(weight) ? linear([halved(operators, weight), bias ?? null], operators) : undefined,
  embedding_bag_prepack: ([weight]) =>
    weight instanceof QuantizedValue ? { operator: 'embedding', weight, bits: 8 } : undefined,
};

/** What `quantized::name` puts together; undefined for operators that compute. */
export function prepack(
  operators: Operators,
  name: string,
  args: readonly CapturedValue[],
  keywords: Keywords,
): PackedValue | undefined {
  const make = Object.hasOwn(PREPACK, name) ? PREPACK[name] : undefined;
  const parameters = keywords.size === 0 ? make?.(args, operators) : undefined;
  return parameters && new PackedValue(parameters);
}

/** Is one of the arguments a quantised tensor? */
export function holdsQuantized(value: CapturedValue): boolean {
  return value instanceof QuantizedValue || (itemsOf(value)?.some(holdsQuantized) ?? false);
}

function sizesOf(value: CapturedValue | undefined): number[] | undefined {
  const items = itemsOf(value);
  return items?.every((item) => typeof item === 'bigint') ? items.map(Number) : undefined;
}
