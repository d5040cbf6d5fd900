/** Adapters up from the opsets of 2017: lists and types as attributes, broadcasting on request, flags for testing. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { codeOfDtype } from '../../dialects/onnx/dtype-codes.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import { string } from '../../ir/attribute.ts';
import { isDataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Adapter, type AdapterRule, adapter, constantNumber, operand, rankOf, tooOld, up } from './adapter.ts';
import { naturals } from './decompositions/counting.ts';
import { sizeList } from './decompositions/forms.ts';

/** Until 5 a note for engines that reuse memory. */
export const CONSUMING =
  `Abs Add BatchNormalization Ceil Clip Div Dropout Elu Exp Floor HardSigmoid InstanceNormalization
  LeakyRelu Log Max Mean Min Mul Neg PRelu Reciprocal Relu Selu Sigmoid Sqrt Sub Sum Tanh`.split(/\s+/);

const withoutNotes: AdapterRule = (node) => {
  node.deleteAttribute('consumed_inputs');
  return undefined;
};

/** Until 6 the second input was broadcast where `broadcast` asked for it, its axes from `axis` on. */
export const BROADCASTING = ['Add', 'And', 'Div', 'Equal', 'Greater', 'Less', 'Mul', 'Or', 'Pow', 'Sub', 'Xor'];

const broadcast: AdapterRule = (node, onnx) => {
  const axis = node.int('axis');
  const asked = node.int('broadcast', 0n) !== 0n;
  const gone = { axis: undefined, broadcast: undefined };
  const [a, b] = [operand(node), operand(node, 1)];
  return onnx.same([a, asked && axis !== undefined ? from(node, onnx, b, Number(axis)) : b], gone);
};

/** The second input with axes of size 1 behind it, so that its own begin at `axis` of the first. */
function from(node: Node, onnx: OnnxBuilder, value: Value, axis: number): Value {
  const [rank, own] = [rankOf(node), rankOf(node, 1)];
  const behind = rank - normalAxis(node, axis, rank) - own;
  if (behind < 0) tooOld(node, 6, 'its second input reaches beyond the first');
  return unsqueezed(onnx, value, own, behind);
}

function unsqueezed(onnx: OnnxBuilder, value: Value, rank: number, behind: number): Value {
  if (behind === 0) return value;
  const axes = Array.from({ length: behind }, (_, k) => BigInt(rank + k));
  return onnx.node('', 'Unsqueeze', [value], [['axes', { type: 'ints', value: axes }]]).output();
}

/** A slope for each channel stands along axis 1. */
const slope: AdapterRule = (node, onnx) => {
  const [x, slopes] = [operand(node), operand(node, 1)];
  if (slopes.shape?.length === 1 && slopes.shape[0] === 1) return undefined;
  const own = rankOf(node, 1);
  return own === 1 ? onnx.same([x, unsqueezed(onnx, slopes, 1, rankOf(node) - 2)]) : undefined;
};

/** Until 6 a flag told inference from training. */
const testing: AdapterRule = (node) => {
  if (node.int('is_test', 0n) === 0n) tooOld(node, 6, 'it runs in training mode');
  node.deleteAttribute('is_test');
  return undefined;
};

const listToInput =
  (name: string): AdapterRule =>
  (node, onnx) =>
    onnx.same([operand(node), onnx.ints(node.ints(name, []))], { [name]: undefined });

/** Types were named by text until 5. */
const cast: AdapterRule = (node, onnx) => {
  const name = node.string('to', '').toLowerCase();
  const dtype = name === 'float' ? 'float32' : name === 'double' ? 'float64' : name;
  if (!isDataType(dtype)) tooOld(node, 5, `it casts to ${name}`);
  return onnx.Cast(operand(node), { to: codeOfDtype(dtype) });
};

const pad: AdapterRule = (node, onnx) =>
  onnx.same([operand(node)], { pads: node.ints('paddings', []), paddings: undefined });

const concat: AdapterRule = (node, onnx) => onnx.same(node.inputs, { axis: node.int('axis', 1n) });

const upsample: AdapterRule = (node, onnx) => {
  const scales = [1, 1, node.float('height_scale', 1), node.float('width_scale', 1)];
  const mode = node.string('mode', 'nearest') === 'bilinear' ? 'linear' : 'nearest';
  return onnx.same([operand(node)], { scales, mode, height_scale: undefined, width_scale: undefined });
};

/** The constants of the function had fewer digits. */
const selu: AdapterRule = (node, onnx) =>
  onnx.same([operand(node)], {
    alpha: node.float('alpha', 1.673200011253357),
    gamma: node.float('gamma', 1.0506999492645264),
    consumed_inputs: undefined,
  });

/** The power of the norm was a float, and the window could be left out. */
const norm: AdapterRule = (node, onnx) => {
  const p = node.float('p', 2);
  if (!Number.isInteger(p)) tooOld(node, 1, `its norm is of the power ${p}`);
  if (node.op === 'LpPool' && !node.ints('kernel_shape')) tooOld(node, 1, 'it has no kernel_shape');
  return onnx.same([operand(node)], { p });
};

/** Sizes of parts could be an input; the axis had no default. */
const split: AdapterRule = (node, onnx) => {
  if (!node.attributes.has('axis')) tooOld(node, 1, 'it does not say along which axis');
  const given = node.input(1);
  if (!given) return undefined;
  const sizes = constantOf(given)?.numbers() ?? tooOld(node, 1, 'its sizes are computed while it runs');
  return onnx.same([operand(node)], { split: sizes });
};

/** The default direction was misspelt. */
const gru: AdapterRule = (node) => {
  node.setAttribute('direction', string(node.string('direction', 'forward')));
  return undefined;
};

/** Until 6 the whole output came only where it was asked for. */
const recurrent: AdapterRule = (node) => {
  if (node.int('output_sequence', 0n) === 0n && node.outputs[0]?.useCount) {
    tooOld(node, 6, 'its first output is left empty');
  }
  node.deleteAttribute('output_sequence');
  return undefined;
};

/** How often, and along which axis, were two inputs of the type of the data. */
const tile: AdapterRule = (node, onnx) => {
  const rank = rankOf(node);
  const axis = constantNumber(node, 2, 'axis', 5) ?? tooOld(node, 5, 'it lacks the axis');
  const tiles = operand(node, 1);
  const known = constantOf(tiles)?.numbers()[0];
  const times = known ?? onnx.cast(onnx.Reshape(tiles, onnx.ints([1])), 'int64');
  const repeats = naturals(rank).map((at) => (at === normalAxis(node, axis, rank) ? times : 1));
  return onnx.same([operand(node), sizeList(onnx, repeats)]);
};

export const legacy: readonly Adapter[] = [
  adapter(up(2, 'Pad'), pad),
  adapter(up(2, 'GlobalLpPool', 'LpPool'), norm),
  adapter(up(2, 'Split'), split),
  adapter(up(3, 'GRU'), gru),
  adapter(up(4, 'Concat'), concat),
  adapter(up(5, 'Reshape'), listToInput('shape')),
  adapter(up(6, ...CONSUMING.filter((op) => op !== 'Selu')), withoutNotes),
  adapter(up(6, 'Selu'), selu),
  adapter(up(6, 'Cast'), cast),
  adapter(up(6, 'Tile'), tile),
  adapter(up(7, ...BROADCASTING), broadcast),
  adapter(up(7, 'Gemm'), (node, onnx) => onnx.same(node.inputs, { broadcast: undefined })),
  adapter(up(7, 'PRelu'), slope),
  adapter(up(7, 'BatchNormalization', 'Dropout'), testing),
  adapter(up(7, 'Upsample'), upsample),
  adapter(up(7, 'GRU', 'LSTM', 'RNN'), recurrent),
];
