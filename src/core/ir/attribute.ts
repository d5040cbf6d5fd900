/** Typed attributes of nodes. Integers are bigint: INT64_MAX is a common value. */
import type { DataType } from './dtype.ts';
import { Expression } from './expression.ts';
import type { Graph } from './graph.ts';
import type { Dim, Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import type { ValueType } from './type.ts';

/** A coordinate-list tensor of ONNX. */
export interface SparseTensor {
  readonly values: Tensor;
  readonly indices: Tensor;
  readonly dims: readonly number[];
}

export type Attribute = { readonly doc?: string; readonly unknown?: Uint8Array } & (
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: bigint }
  /** Text; bytes where they are not valid UTF-8. */
  | { readonly type: 'string'; readonly value: string | Uint8Array }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'sparse-tensor'; readonly value: SparseTensor }
  | { readonly type: 'value-type'; readonly value: ValueType | undefined }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'ints'; readonly value: readonly bigint[] }
  | { readonly type: 'strings'; readonly value: readonly (string | Uint8Array)[] }
  | { readonly type: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly type: 'graphs'; readonly value: readonly Graph[] }
  | { readonly type: 'sparse-tensors'; readonly value: readonly SparseTensor[] }
  | { readonly type: 'value-types'; readonly value: readonly (ValueType | undefined)[] }
  /** Inside a function: the attribute of that name of the calling node. */
  | { readonly type: 'reference'; readonly value: string; readonly of: AttributeType }
  /** PyTorch only: these have no place in an ONNX file. */
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'bools'; readonly value: readonly boolean[] }
  | { readonly type: 'dtype'; readonly value: DataType }
  | { readonly type: 'none'; readonly value: undefined }
  /** A number, or numbers, of which some are expressions over sizes that only a run knows. */
  | { readonly type: 'dim'; readonly value: Expression }
  | { readonly type: 'dims'; readonly value: readonly (bigint | Expression)[] }
);

/** What an attribute of one type holds. */
export type AttributeValue<T extends Attribute['type']> = { [A in Attribute as A['type']]: A['value'] }[T];

/** The attribute types that an ONNX file can hold. */
export type AttributeType =
  | 'float'
  | 'int'
  | 'string'
  | 'tensor'
  | 'graph'
  | 'sparse-tensor'
  | 'value-type'
  | 'floats'
  | 'ints'
  | 'strings'
  | 'tensors'
  | 'graphs'
  | 'sparse-tensors'
  | 'value-types';

/** The graphs within an attribute: a subgraph's nodes belong to the node that holds it. */
export function graphsOf(attribute: Attribute): readonly Graph[] {
  if (attribute.type === 'graph') return [attribute.value];
  return attribute.type === 'graphs' ? attribute.value : NO_GRAPHS;
}

const NO_GRAPHS: readonly Graph[] = [];

export const float = (value: number): Attribute => ({ type: 'float', value });
export const int = (value: bigint | number): Attribute => ({ type: 'int', value: BigInt(value) });
export const ints = (value: readonly (bigint | number)[]): Attribute => ({ type: 'ints', value: value.map(BigInt) });
export const floats = (value: readonly number[]): Attribute => ({ type: 'floats', value });
export const string = (value: string): Attribute => ({ type: 'string', value });
export const strings = (value: readonly string[]): Attribute => ({ type: 'strings', value });
export const tensor = (value: Tensor): Attribute => ({ type: 'tensor', value });
export const graph = (value: Graph): Attribute => ({ type: 'graph', value });

/** A size: an int where it is a number. Throws TypeError for one that is unknown. */
export function dim(value: Dim | bigint): Attribute {
  return value instanceof Expression ? { type: 'dim', value } : int(known(value));
}

/** Sizes: ints where all are numbers. Throws TypeError where one is unknown. */
export function dims(values: Shape): Attribute {
  if (values.every((value) => typeof value === 'number')) return ints(values);
  return { type: 'dims', value: values.map((value) => (value instanceof Expression ? value : BigInt(known(value)))) };
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('an unknown size is no attribute');
  return value;
}
