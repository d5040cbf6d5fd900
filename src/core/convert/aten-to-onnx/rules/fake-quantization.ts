/**
 * Numbers rounded to those of a quantised type, as quantisation-aware training leaves them: QuantizeLinear and
 * DequantizeLinear where the range is that of a type of ONNX, so that runtimes know it, else written out.
 */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { operand, range, rankOf } from '../support.ts';

interface Rounded {
  readonly self: Value;
  readonly quant_min: number;
  readonly quant_max: number;
}

function rounded(args: Rounded, scale: Value, zero: Value, onnx: OnnxBuilder): Value {
  const { self } = args;
  const steps = onnx.Add(onnx.Round(onnx.Div(self, scale)), zero);
  const bounded = onnx.Clip(steps, onnx.like(self, args.quant_min), onnx.like(self, args.quant_max));
  return onnx.Mul(onnx.Sub(bounded, zero), scale);
}

/** The type whose numbers are just those of the range. */
function typeOf({ self, quant_min, quant_max }: Rounded): DataType | undefined {
  if (dtypeOf(self) !== 'float32') return undefined;
  if (quant_min === -128 && quant_max === 127) return 'int8';
  return quant_min === 0 && quant_max === 255 ? 'uint8' : undefined;
}

function quantized(self: Value, scale: Value, zero: Value, axis: number | undefined, onnx: OnnxBuilder): Value {
  const attributes = axis === undefined ? {} : { axis };
  const numbers = onnx.QuantizeLinear(self, scale, zero, attributes);
  return onnx.DequantizeLinear(numbers, scale, zero, attributes);
}

/** A list along an axis of `self`. */
function along(x: Value, axis: number, self: Value, onnx: OnnxBuilder, node: Node): Value {
  return onnx.unsqueeze(onnx.cast(x, dtypeOf(self)), range(rankOf(self, node) - 1 - axis, 1));
}

export const fakeQuantization = lowerings({
  'aten::fake_quantize_per_tensor_affine': (args, onnx, node) => {
    const dtype = dtypeOf(args.self);
    const single = (x: Value | number) => {
      const value = operand(onnx, x instanceof Value ? x : Number(x), dtype);
      return rankOf(value, node) === 0 ? value : onnx.reshape(value, []);
    };
    const [scale, zero] = [single(args.scale), single(args.zero_point)];
    const type = typeOf(args);
    return type
      ? quantized(args.self, scale, onnx.cast(zero, type), undefined, onnx)
      : rounded(args, scale, zero, onnx);
  },
  'aten::fake_quantize_per_channel_affine': (args, onnx, node) => {
    const type = typeOf(args);
    if (type) return quantized(args.self, args.scale, onnx.cast(args.zero_point, type), args.axis, onnx);
    const of = (x: Value) => along(x, args.axis, args.self, onnx, node);
    return rounded(args, of(args.scale), of(args.zero_point), onnx);
  },
});
