/**
 * Adapters down to the opsets of 2017, which had lists and types as attributes, broadcast on request, and told inference from
 * training by a flag. Source: the ONNX operator changelog, versions 1 to 7.
 */
import { intsOf } from '../../dialects/onnx/data.ts';
import { codeNameOf, dtypeOfCode } from '../../dialects/onnx/dtype-codes.ts';
import { int, ints, string } from '../../ir/attribute.ts';
import { type DataType, isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Adapter, type AdapterRule, adapter, down, operand, rankOf, tooOld } from './adapter.ts';
import { naturals } from './decompositions/counting.ts';
import { typed } from './decompositions/forms.ts';
import { BROADCASTING, CONSUMING } from './legacy.ts';
import { broadcastByRequest, gemmByRequest, slopeByChannel } from './old-broadcasting.ts';
import { floatThatHolds } from './wider-types.ts';
import { zeroPadded } from './windows.ts';

const unchanged: AdapterRule = () => undefined;

/** A node of opset 7 computes for inference; until 6 that was said by a flag. Five outputs are those of training. */
const forInference: AdapterRule = (node) => {
  if (node.outputs.length === 1) node.setAttribute('is_test', int(1n));
  return undefined;
};

const dropout: AdapterRule = (node) => {
  node.setAttribute('is_test', int(1n));
  return undefined;
};

/** Padding that counts becomes data: until 6 an average counted none. */
const averageOfPadded: AdapterRule = (node, onnx) => {
  const pads = node.ints('pads')?.map(Number) ?? [];
  const isCounted = node.int('count_include_pad', 0n) !== 0n && pads.some((pad) => pad > 0);
  if (!isCounted) return onnx.same(node.inputs, { count_include_pad: undefined });
  return onnx.same([zeroPadded(node, onnx, pads)], { count_include_pad: undefined, pads: pads.map(() => 0) });
};

/** The whole output comes only where it is asked for. */
const recurrent: AdapterRule = (node) => {
  node.setAttribute('output_sequence', int(node.outputs[0]?.useCount ? 1n : 0n));
  return undefined;
};

/** Until 2 a GRU had one order of its products, and gave its last state always. Its default direction was misspelt. */
const gru: AdapterRule = (node, onnx) => {
  if (node.int('linear_before_reset', 0n) !== 0n) tooOld(node, 3, 'it resets after the product');
  const [all, last] = onnx.node('', 'GRU', node.inputs, attributesOf(node, 'linear_before_reset'), 2).outputs;
  return all && last ? [all, last] : undefined;
};

function attributesOf(node: Node, without: string) {
  const kept = [...node.attributes].filter(([name]) => name !== without && name !== 'direction');
  return [...kept, ['direction', string(node.string('direction', 'forward'))] as const];
}

/** Scales of images alone. */
const upsample: AdapterRule = (node, onnx) => {
  const [batch, channel, height, width, ...more] = node.attribute('scales', 'floats') ?? [];
  const isImage = batch === 1 && channel === 1 && height !== undefined && width !== undefined && more.length === 0;
  if (!isImage) tooOld(node, 7, 'it scales other axes than those of images');
  const mode = node.string('mode', 'nearest') === 'linear' ? 'bilinear' : 'nearest';
  return onnx.same([operand(node)], { scales: undefined, mode, height_scale: height, width_scale: width });
};

/** Until 5 types were named by text. */
const cast: AdapterRule = (node) => {
  const dtype = dtypeOfCode(node.int('to', 0n)) ?? tooOld(node, 6, 'the type that it casts to is not known');
  node.setAttribute('to', string(codeNameOf(dtype)));
  return undefined;
};

/** Without bounds of its own a Clip of opset 6 has those of float32. */
const clip: AdapterRule = (node, onnx) => {
  const most = 3.4028234663852886e38;
  return onnx.same([operand(node)], { min: node.float('min', -most), max: node.float('max', most) });
};

/** The constants of the function got more digits with 6. */
const selu: AdapterRule = (node, onnx) =>
  onnx.same([operand(node)], {
    alpha: node.float('alpha', 1.6732631921768188),
    gamma: node.float('gamma', 1.0507010221481323),
  });

/** Until 5 a note for engines that reuse memory had to be there: nothing is reused. */
const normalization: AdapterRule = (node) => {
  node.setAttribute('consumed_inputs', ints([0, 0, 0, 0, 0]));
  return undefined;
};

/** Moves elements by what takes floats alone: as floats where these hold them all. */
function asFloats(node: Node, onnx: OnnxBuilder, needed: number, moved: (x: Value, dtype: DataType) => Value): Value {
  const { value: x, dtype } = typed(node);
  if (isFloat(dtype)) return moved(x, dtype);
  const wide =
    floatThatHolds(dtype) ?? tooOld(node, needed, `its elements are of ${dtype}, and older versions move floats`);
  return onnx.cast(moved(onnx.cast(x, wide), wide), dtype);
}

/** Until 5 a Tile repeats along one axis, and takes how often, and along which, in the type of its data. */
const tile: AdapterRule = (node, onnx) => {
  const given = operand(node, 1);
  const repeats = intsOf(given);
  if (repeats?.every((times) => times === 1)) return onnx.Identity(operand(node));
  return asFloats(node, onnx, 6, (x, dtype) => {
    const single = (value: number) => onnx.constant(Tensor.of(dtype, [1], [value]));
    const times = (axis: number) =>
      repeats ? single(repeats[axis] ?? 1) : onnx.cast(onnx.Gather(given, onnx.ints([axis])), dtype);
    return naturals(rankOf(node)).reduce((tiled, axis) => {
      return repeats?.[axis] === 1 ? tiled : onnx.Tile(tiled, times(axis), single(axis));
    }, x);
  });
};

/** The new shape is an attribute until 4. */
const reshape: AdapterRule = (node, onnx) => {
  const shape = intsOf(operand(node, 1)) ?? tooOld(node, 5, 'its shape is computed while it runs');
  return asFloats(node, onnx, 5, (x) => onnx.node('', 'Reshape', [x], [['shape', ints(shape)]]).output());
};

/** Without an axis, versions before say 1, or nothing. */
const explicitAxis =
  (fallback: bigint): AdapterRule =>
  (node) => {
    node.setAttribute('axis', int(node.int('axis', fallback)));
    return undefined;
  };

const pad: AdapterRule = (node, onnx) =>
  onnx.same([operand(node)], { pads: undefined, paddings: node.ints('pads', []) });

/** The power of the norm was a float. */
const norm: AdapterRule = (node, onnx) => onnx.same([operand(node)], { p: Number(node.int('p', 2n)) });

/** Operators with such a note that changed in other ways, too. */
const OTHERWISE_AT_6 = new Set(['BatchNormalization', 'Clip', 'Selu']);

export const legacyDown: readonly Adapter[] = [
  adapter(down(7, ...BROADCASTING), broadcastByRequest),
  adapter(down(7, 'AveragePool'), averageOfPadded),
  adapter(down(7, 'Gemm'), gemmByRequest),
  adapter(down(7, 'PRelu'), slopeByChannel),
  adapter(down(7, 'BatchNormalization'), forInference),
  adapter(down(7, 'Dropout'), dropout),
  adapter(down(7, 'GRU', 'LSTM', 'RNN'), recurrent),
  adapter(down(7, 'Upsample'), upsample),
  adapter(down(6, ...CONSUMING.filter((op) => !OTHERWISE_AT_6.has(op))), unchanged),
  adapter(down(6, 'BatchNormalization'), normalization),
  adapter(down(6, 'Cast'), cast),
  adapter(down(6, 'Clip'), clip),
  adapter(down(6, 'Selu'), selu),
  adapter(down(6, 'Tile'), tile),
  adapter(down(5, 'Reshape'), reshape),
  adapter(down(4, 'Concat'), explicitAxis(1n)),
  adapter(down(3, 'GRU'), gru),
  adapter(down(2, 'GlobalLpPool', 'LpPool'), norm),
  adapter(down(2, 'Pad'), pad),
  adapter(down(2, 'Split'), explicitAxis(0n)),
];
