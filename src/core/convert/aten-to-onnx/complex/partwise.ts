/** Operators that do with a complex tensor what they do with its real and its imaginary part, each by itself. */
import { Node } from '../../../ir/node.ts';
import { sameShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { expandTo } from '../rules/shape.ts';
import { ruleOf } from '../rules.ts';
import { filled, resultDims, resultType } from '../support.ts';
import { Complex, imaginaryOf, type Parts, partsOfType, partType, realOf } from './complex.ts';

export type LooseArguments = Readonly<Record<string, unknown>>;

/** What moves elements, copies them, or adds them up. */
const PARTWISE = new Set(
  `view reshape _unsafe_view _reshape_alias view_as reshape_as flatten unflatten ravel squeeze unsqueeze expand expand_as
  broadcast_to permute transpose swapaxes swapdims t numpy_T mT movedim moveaxis select slice narrow diagonal
  linalg_diagonal unfold unbind split split_with_sizes unsafe_split unsafe_split_with_sizes chunk unsafe_chunk
  tensor_split hsplit vsplit dsplit alias detach lift lift_fresh lift_fresh_copy resolve_conj resolve_neg positive
  contiguous clone cat concat concatenate stack hstack vstack dstack column_stack row_stack repeat tile flip fliplr
  flipud roll rot90 repeat_interleave index index_select gather take take_along_dim tril triu diag_embed constant_pad_nd
  pad reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d neg
  negative add sub subtract rsub sum mean cumsum diff where masked_fill fft_fftshift fft_ifftshift trace zeros_like
  new_zeros as_strided expand_copy view_copy squeeze_copy unsqueeze_copy permute_copy transpose_copy t_copy slice_copy
  select_copy split_copy split_with_sizes_copy unbind_copy detach_copy alias_copy unfold_copy diagonal_copy narrow_copy
  scatter select_scatter slice_scatter index_add index_copy masked_select atleast_1d atleast_2d atleast_3d lerp
  broadcast_tensors`.split(/\s+/),
);

/** Plain numbers among the arguments that are elements of the result: they are real. */
const ELEMENTS = new Set(['value', 'other', 'self']);
/** Tensors that choose elements, and are none. */
const CHOOSING = new Set(['condition', 'mask', 'index', 'indices', 'weight', 'repeats']);

export function isPartwise(name: string): boolean {
  return PARTWISE.has(name);
}

/** The operator on the real parts, and on the imaginary parts. */
export function partwise(args: LooseArguments, onnx: OnnxBuilder, node: Node): readonly Parts[] {
  const real = onParts(args, onnx, node, (x) => realOf(x as Parts), false);
  const imaginary = onParts(args, onnx, node, (x) => imaginaryOf(x as Parts, onnx, node), true);
  return real.map((part, k) => {
    const other = imaginary[k];
    if (!other) throw new Error(`${node.operator} gives parts of different counts`);
    return new Complex(part, other);
  });
}

function onParts(
  args: LooseArguments,
  onnx: OnnxBuilder,
  node: Node,
  partOf: (x: Parts) => Value,
  imaginary: boolean,
): readonly Value[] {
  const some: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(args)) {
    if (CHOOSING.has(name)) some[name] = value;
    else if (isParts(value)) some[name] = partOf(value);
    else if (Array.isArray(value)) some[name] = value.map((each) => (isParts(each) ? partOf(each) : each));
    else if (imaginary && ELEMENTS.has(name) && isNumber(value)) some[name] = 0;
    else some[name] = value;
  }
  return ofReals(some, onnx, node);
}

export function isParts(value: unknown): value is Parts {
  return value instanceof Value || value instanceof Complex;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** The rule of the operator on real tensors, for a node that is on complex ones. */
export function ofReals(args: LooseArguments, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const shadow = realNode(node);
  const rule = ruleOf(shadow);
  if (!rule) throw new Error(`${node.operator} has no rule on real numbers`);
  const made = rule(args, onnx, shadow);
  return (made instanceof Value ? [made] : made).map((value, k) => {
    const dtype = partType(resultType(node, k));
    const shape = resultDims(node, k);
    const typed = onnx.cast(value, dtype);
    return sameShape(typed.shape, shape) === false ? expandTo(onnx, typed, shape, node) : typed;
  });
}

/** A product of two operands, linear in each: four products of their parts. */
export function bilinear(x: Parts, y: Parts, product: (a: Value, b: Value) => Value, onnx: OnnxBuilder): Parts {
  if (!(x instanceof Complex)) {
    if (!(y instanceof Complex)) return product(x, y);
    return new Complex(product(x, y.real), product(x, y.imaginary));
  }
  if (!(y instanceof Complex)) return new Complex(product(x.real, y), product(x.imaginary, y));
  return new Complex(
    onnx.Sub(product(x.real, y.real), product(x.imaginary, y.imaginary)),
    onnx.Add(product(x.real, y.imaginary), product(x.imaginary, y.real)),
  );
}

/** The node as it would be on real numbers: rules look at what it gives. It is in no graph. */
function realNode(node: Node): Node {
  return new Node(
    node.op,
    node.inputs.map((value) => value && new Value({ name: value.name, type: partsOfType(value.type) })),
    {
      domain: node.domain,
      overload: node.overload,
      name: node.name,
      attributes: node.attributes,
      outputs: node.outputs.map((value) => ({ name: value.name, type: partsOfType(value.type) })),
      origin: node.origin,
      scope: node.scope,
    },
  );
}

/** A number as a constant part. */
export function number(onnx: OnnxBuilder, node: Node, value: number): Value {
  return onnx.constant(Tensor.scalar(partType(resultType(node)), value));
}

/** Zeros in the shape of a result. */
export function zeros(onnx: OnnxBuilder, node: Node): Value {
  return filled(onnx, resultDims(node), 0, partType(resultType(node)));
}
