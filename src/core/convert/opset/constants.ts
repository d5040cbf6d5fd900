/** Adapters of constants, fills and ranges: the kinds of values and the element types that they took in each version. */
import { constantAttribute } from '../../dialects/onnx/data.ts';
import { allowedTypes, operatorSchema } from '../../dialects/onnx/operators.ts';
import { tensor } from '../../ir/attribute.ts';
import { isFloat } from '../../ir/dtype.ts';
import { Tensor } from '../../ir/tensor.ts';
import { type Adapter, adapter, down, operand, sameUp, tooOld } from './adapter.ts';

/** Values that are no tensor came with 11 (sparse) and 12 (numbers, lists, texts). */
const constantDown = adapter(down(12, 'Constant'), (node) => {
  if (node.attributes.has('value') || node.attributes.has('sparse_value')) return undefined;
  const value = constantAttribute(node);
  if (!value) tooOld(node, 12, 'its value is of a kind that came with opset 12');
  for (const name of [...node.attributes.keys()]) node.deleteAttribute(name);
  node.setAttribute('value', tensor(value));
  return undefined;
});

const constantOld = adapter(down(11, 'Constant'), (node) => {
  if (node.attributes.has('sparse_value')) tooOld(node, 11, 'its value is sparse');
  return undefined;
});

/** Other types than floats came with 9; initialisers have them all. */
const constantOfFloats = adapter(down(9, 'Constant'), (node, onnx) => {
  const value = constantAttribute(node);
  if (!value || value.dtype === 'float32' || value.dtype === 'float64' || value.dtype === 'float16') return undefined;
  return onnx.constant(value);
});

/** Small types came one after the other; 0, and what can be read of them, is cast from a larger one that came before. */
const filledSmall = ([20, 21, 23, 24, 25] as const).map((since) =>
  adapter(down(since, 'ConstantOfShape'), (node, onnx) => {
    const value = node.attribute('value', 'tensor');
    const dtype = value?.dtype;
    const schema = operatorSchema('', 'ConstantOfShape', since - 1);
    const output = schema?.outputs[0];
    if (!dtype || !schema || !output || allowedTypes(schema, output).includes(dtype)) return undefined;
    const isZero = value.bytes().every((byte) => byte === 0);
    if (!isZero && dtype !== 'bfloat16') return undefined;
    const wide = Tensor.of(isFloat(dtype) ? 'float32' : 'int32', [1], isZero ? [0] : value.numbers());
    return onnx.cast(onnx.ConstantOfShape(operand(node), { value: wide }), dtype);
  }),
);

/** Half floats came with 27, where they are added up in float32 unless `stash_type` says otherwise. */
const rangeOfHalves = adapter(down(27, 'Range'), (node, onnx) => {
  const [dtype] = node.inputs.map((value) => value?.dtype);
  const isHalf = dtype === 'float16' || dtype === 'bfloat16';
  if (!isHalf) return onnx.same(node.inputs, { stash_type: undefined });
  if (node.int('stash_type', 1n) !== 1n) tooOld(node, 27, `it adds up in ${dtype}`);
  const wide = node.inputs.map((value) => value && onnx.cast(value, 'float32'));
  const [sum] = onnx.same(wide, { stash_type: undefined });
  return sum && onnx.cast(sum, dtype);
});

export const constants: readonly Adapter[] = [
  constantDown,
  constantOld,
  constantOfFloats,
  ...([9, 11, 12] as const).map((version) => sameUp(version, 'Constant')),
  ...filledSmall,
  rangeOfHalves,
  sameUp(27, 'Range'),
];
