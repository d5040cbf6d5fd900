/** Words for what a graph holds: shapes, attributes, the few hyperparameters that tell one convolution from another. */
import type { Attribute } from '../core/ir/attribute.ts';
import type { Node } from '../core/ir/node.ts';
import { type Shape, shapeText } from '../core/ir/shape.ts';
import type { Tensor } from '../core/ir/tensor.ts';
import { typeText, type ValueType } from '../core/ir/type.ts';
import type { Value } from '../core/ir/value.ts';
import type { AttributeRow } from '../shared/node.ts';
import { elementTexts, shortestFloat32 } from './elements.ts';

/** `1×64×56×56`, `n×?×3`, `scalar`; empty where nothing is known. */
export function shapeLabel(type: ValueType | undefined): string {
  if (type?.kind !== 'tensor' && type?.kind !== 'sparse-tensor') return type?.kind ?? '';
  return type.shape ? dimsLabel(type.shape) : '';
}

function dimsLabel(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.map((dim) => (dim === undefined ? '?' : String(dim))).join('×');
}

/** What a hyperparameter is called in a graph, and when it is worth saying. */
interface Hyperparameter {
  readonly names: readonly string[];
  readonly show: (values: readonly (number | string)[]) => string | undefined;
}

const unless =
  (usual: number, word: string) =>
  (values: readonly (number | string)[]): string | undefined =>
    values.length === 0 || values.every((value) => value === usual) ? undefined : `${word} ${together(values)}`;

const always = (word: string) => (values: readonly (number | string)[]) =>
  values.length === 0 ? undefined : `${word} ${values.join(' ')}`;

/** PyTorch writes "to the end" as the largest 64-bit integer. */
const FARTHEST = 2 ** 53;

const HYPERPARAMETERS: readonly Hyperparameter[] = [
  { names: ['kernel_shape', 'kernel_size'], show: (values) => (values.length > 0 ? values.join('×') : undefined) },
  { names: ['strides', 'stride'], show: unless(1, 'stride') },
  { names: ['pads', 'padding', 'pad'], show: unless(0, 'pad') },
  { names: ['dilations', 'dilation'], show: unless(1, 'dilation') },
  { names: ['group', 'groups'], show: unless(1, 'groups') },
  { names: ['num_output'], show: always('→') },
  { names: ['hidden_size'], show: always('hidden') },
  { names: ['num_heads'], show: always('heads') },
  { names: ['axis', 'dim'], show: always('axis') },
  { names: ['axes'], show: always('axes') },
  { names: ['perm', 'dims'], show: always('perm') },
  { names: ['shape', 'size', 'output_size'], show: (values) => (values.length > 0 ? values.join('×') : undefined) },
  { names: ['to', 'dtype'], show: always('→') },
  { names: ['mode', 'approximate', 'equation'], show: (values) => named(values) },
  { names: ['alpha'], show: unless(1, 'α') },
  { names: ['start'], show: unless(0, 'from') },
  { names: ['end'], show: (values) => (Number(values[0]) > FARTHEST ? undefined : always('to')(values)) },
];

const MOST_HYPERPARAMETERS = 4;
/** Names of ONNX's numbers for types, as Cast uses them (onnx.proto, TensorProto.DataType). */
const ONNX_TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};

/** The hyperparameters to show on a node. */
export function hyperparametersOf(node: Node): string[] {
  const shown: string[] = [];
  for (const { names, show } of HYPERPARAMETERS) {
    const name = names.find((each) => node.attributes.has(each));
    const attribute = name === undefined ? undefined : node.attributes.get(name);
    const text = attribute && show(plainValues(attribute, name === 'to' && node.domain === ''));
    if (text) shown.push(text);
    if (shown.length === MOST_HYPERPARAMETERS) break;
  }
  return shown;
}

function plainValues(attribute: Attribute, isOnnxType: boolean): readonly (number | string)[] {
  switch (attribute.type) {
    case 'int':
      return isOnnxType ? [ONNX_TYPES[Number(attribute.value)] ?? String(attribute.value)] : [Number(attribute.value)];
    case 'float':
      return [Number(attribute.value.toPrecision(4))];
    case 'ints':
      return attribute.value.map(Number);
    case 'string':
      return typeof attribute.value === 'string' ? [attribute.value] : [];
    case 'dtype':
      return [attribute.value];
    default:
      return [];
  }
}

/** `2` for 2, 2; `1, 2` otherwise. */
function together(values: readonly (number | string)[]): string {
  return new Set(values).size === 1 ? String(values[0]) : values.join(', ');
}

function named(values: readonly (number | string)[]): string | undefined {
  const [value] = values;
  return value === undefined || value === '' || value === 'none' ? undefined : String(value);
}

const SHOWN_ELEMENTS = 32;

/** One row of a node's attributes. */
export function attributeRow(name: string, attribute: Attribute): AttributeRow {
  const { type } = attribute;
  const list = (values: readonly unknown[], text: (value: never) => string): AttributeRow => {
    const shown = values.slice(0, SHOWN_ELEMENTS).map((value) => text(value as never));
    const rest = values.length > SHOWN_ELEMENTS ? ', …' : '';
    return {
      name,
      type,
      text: `[${shown.join(', ')}${rest}]`,
      ...(rest !== '' && { elided: values.length }),
    };
  };
  switch (attribute.type) {
    case 'ints':
      return list(attribute.value, (value: bigint) => value.toString());
    case 'dims':
      return list(attribute.value, String);
    case 'floats':
      return list(attribute.value, numberText);
    case 'bools':
      return list(attribute.value, String);
    case 'strings':
      return list(attribute.value, quoted);
    case 'tensor':
      return { name, type, text: tensorText(attribute.value) };
    case 'tensors':
      return list(attribute.value, tensorText);
    case 'sparse-tensor':
      return { name, type, text: `sparse ${attribute.value.values.dtype}[${attribute.value.dims.join(', ')}]` };
    case 'sparse-tensors':
    case 'graphs':
    case 'value-types':
      return { name, type, text: `${attribute.value.length} elements` };
    case 'graph':
      return { name, type, text: `graph of ${attribute.value.nodes.length} nodes` };
    case 'value-type':
      return { name, type, text: typeText(attribute.value) };
    case 'string':
      return { name, type, text: quoted(attribute.value) };
    case 'float':
      return { name, type, text: numberText(attribute.value) };
    case 'none':
      return { name, type, text: 'None' };
    case 'reference':
      return { name, type, text: `@${attribute.value}` };
    case 'int':
    case 'bool':
    case 'dtype':
    case 'dim':
      return { name, type, text: String(attribute.value) };
  }
}

const LONGEST_STRING = 2000;

function quoted(value: string | Uint8Array): string {
  const text = typeof value === 'string' ? value : new TextDecoder().decode(value);
  return JSON.stringify(text.length > LONGEST_STRING ? `${text.slice(0, LONGEST_STRING)}…` : text);
}

/** A float attribute is a float32 in every file but PyTorch's, whose numbers are short anyway. */
function numberText(value: number): string {
  return Math.fround(value) === value ? shortestFloat32(value) : String(value);
}

/** `float32[64, 3]`, with the elements where there are few and they cost nothing to look at. */
export function tensorText(tensor: Tensor): string {
  return `${tensor.dtype}${shapeText(tensor.shape)}${previewText(tensor) ?? ''}`;
}

const PREVIEWED_ELEMENTS = 8;
const PREVIEWED_BYTES = 1 << 16;

/** ` = [1, -1, 768]` for constants that are small; undefined for others. */
function previewText(tensor: Tensor): string | undefined {
  const preview = previewOf(tensor);
  return preview === undefined ? undefined : ` = ${preview}`;
}

export function previewOf(tensor: Tensor): string | undefined {
  if (tensor.count > PREVIEWED_ELEMENTS || tensor.dtype === 'string') return undefined;
  if (tensor.source.kind === 'strided' || tensor.byteLength > PREVIEWED_BYTES) return undefined;
  const elements = elementTexts(tensor, 0, tensor.count);
  return tensor.shape.length === 0 ? elements[0] : `[${elements.join(', ')}]`;
}

/** The one element of a constant, as it tells more than its shape. */
export function scalarText(tensor: Tensor): string | undefined {
  return tensor.count === 1 ? previewOf(tensor)?.replace(/^\[|\]$/g, '') : undefined;
}

/** The constant that a value is: an initializer, or what a Constant node makes. */
export function constantOf(value: Value): Tensor | undefined {
  if (value.constant) return value.constant;
  const node = value.producer;
  if (node?.op !== 'Constant' || node.domain !== '') return undefined;
  const attribute = node.attributes.get('value');
  return attribute?.type === 'tensor' ? attribute.value : undefined;
}
