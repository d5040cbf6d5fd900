/**
 * The records of an exported program (.pt2, torch.export.save). Fields and unions: torch/_export/serde/schema.py
 * (schema 8.x); integers are bigint, absent optional fields have the schema's default.
 */
import type { DataType } from '../../ir/dtype.ts';
import type { Origin, Scope } from '../../ir/origin.ts';
import type { Dim } from '../../ir/shape.ts';
import type { PickledTensor } from './archive.ts';
import type { SizeNames } from './size-names.ts';

/** A symbolic size or number: a value, or an expression over symbols such as `2*s0 + 1`. */
export type SymInt =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'expr'; readonly text: string; readonly dim: Dim; readonly hint: bigint | undefined };
export type SymFloat =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'expr'; readonly text: string; readonly hint: number | undefined };
export type SymBool =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'expr'; readonly text: string; readonly hint: boolean | undefined };

/** An item of a list that mixes numbers with values of the graph. */
export type NameOr<T> =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'value'; readonly value: T };

export interface DeviceRecord {
  readonly type: string;
  readonly index: number | undefined;
}

/** Type, sizes and strides of a tensor of the graph. Sizes and strides count elements; unreadable expressions are undefined. */
export interface TensorMeta {
  /** Undefined for types that have no name here; `scalarType` is the schema's number. */
  readonly dtype: DataType | undefined;
  readonly scalarType: number;
  readonly shape: readonly Dim[];
  readonly strides: readonly Dim[];
  readonly storageOffset: Dim;
  readonly requiresGrad: boolean;
  readonly device: DeviceRecord;
  /** As in c10: `Strided`, `Sparse`, .... */
  readonly layout: string;
}

/** The value of an argument, one kind for each member of the schema's union (`as_tensor` is kind `tensor`). */
export type Argument =
  | { readonly kind: 'none' }
  | { readonly kind: 'tensor'; readonly name: string }
  | { readonly kind: 'tensors'; readonly names: readonly string[] }
  /** Undefined stands for None. */
  | { readonly kind: 'optional-tensor'; readonly name: string | undefined }
  | { readonly kind: 'optional-tensors'; readonly names: readonly (string | undefined)[] }
  | { readonly kind: 'nested-tensors'; readonly names: readonly (readonly string[])[] }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'int-lists'; readonly value: readonly (readonly bigint[])[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'float-lists'; readonly value: readonly (readonly number[])[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] }
  | { readonly kind: 'complex'; readonly real: number; readonly imaginary: number }
  | { readonly kind: 'sym-int'; readonly value: NameOr<bigint> }
  | { readonly kind: 'sym-ints'; readonly value: readonly NameOr<bigint>[] }
  | { readonly kind: 'sym-float'; readonly value: NameOr<number> }
  | { readonly kind: 'sym-floats'; readonly value: readonly NameOr<number>[] }
  | { readonly kind: 'sym-bool'; readonly value: NameOr<boolean> }
  | { readonly kind: 'sym-bools'; readonly value: readonly NameOr<boolean>[] }
  | { readonly kind: 'scalar-type'; readonly dtype: DataType | undefined; readonly scalarType: number }
  /** As in c10: `Contiguous`, `ChannelsLast`, `ChannelsLast3d`, `Preserve`. */
  | { readonly kind: 'memory-format'; readonly format: string }
  | { readonly kind: 'layout'; readonly layout: string }
  | { readonly kind: 'device'; readonly device: DeviceRecord }
  | { readonly kind: 'graph'; readonly name: string; readonly graph: ExportedGraph }
  | { readonly kind: 'custom-object'; readonly name: string; readonly className: string }
  | { readonly kind: 'operator'; readonly name: string }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Argument> };

export interface NamedArgument {
  /** The argument's name in the operator's schema; empty for operators without one. */
  readonly name: string;
  readonly value: Argument;
  readonly keyword: boolean;
}

export interface ExportedNode {
  /** `torch.ops.aten.conv2d.default`, `torch.ops.higher_order.cond`, `_operator.getitem`, `math.ceil`. */
  readonly target: string;
  readonly name: string;
  /** Only the arguments that the call gave: defaults are left out. */
  readonly inputs: readonly NamedArgument[];
  readonly outputs: readonly Argument[];
  /** The user's own frames innermost first, then those of frameworks. */
  readonly origin: Origin;
  /** nn_module_stack, outermost first. */
  readonly scope: Scope;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface ExportedGraph {
  readonly inputs: readonly Argument[];
  readonly outputs: readonly Argument[];
  readonly nodes: readonly ExportedNode[];
  readonly tensors: ReadonlyMap<string, TensorMeta>;
  readonly symInts: ReadonlyMap<string, SymInt>;
  readonly symFloats: ReadonlyMap<string, SymFloat>;
  readonly symBools: ReadonlyMap<string, SymBool>;
}

/** What a graph input is, in the order of `graph.inputs`. `target` is the path of the parameter, buffer or constant. */
export type InputSpec =
  | { readonly kind: 'user-input'; readonly argument: Argument }
  | { readonly kind: 'parameter'; readonly name: string; readonly target: string }
  | { readonly kind: 'buffer'; readonly name: string; readonly target: string; readonly persistent: boolean }
  | { readonly kind: 'tensor-constant'; readonly name: string; readonly target: string }
  | { readonly kind: 'custom-object'; readonly name: string; readonly className: string; readonly target: string }
  | { readonly kind: 'token'; readonly name: string }
  /** A Python value that was fixed while exporting: callers pass it, the program ignores it. */
  | { readonly kind: 'constant-input'; readonly name: string; readonly value: Argument };

/** What a graph output is, in the order of `graph.outputs`. */
export type OutputSpec =
  | { readonly kind: 'user-output'; readonly argument: Argument }
  | { readonly kind: 'loss-output'; readonly name: string }
  | { readonly kind: 'buffer-mutation'; readonly name: string; readonly target: string }
  | { readonly kind: 'parameter-mutation'; readonly name: string; readonly target: string }
  | { readonly kind: 'user-input-mutation'; readonly name: string; readonly target: string }
  | { readonly kind: 'gradient-to-parameter'; readonly name: string; readonly target: string }
  | { readonly kind: 'gradient-to-user-input'; readonly name: string; readonly target: string }
  | { readonly kind: 'token'; readonly name: string };

export interface RangeConstraint {
  readonly min: bigint | undefined;
  readonly max: bigint | undefined;
}

export interface ExportedProgram {
  readonly kind: 'exported';
  /** The file's path. */
  readonly file: string;
  readonly graph: ExportedGraph;
  readonly inputSpecs: readonly InputSpec[];
  readonly outputSpecs: readonly OutputSpec[];
  /** Parameters, buffers and tensor constants by path, read when asked for; those of one payload share a storage key. */
  readonly weights: ReadonlyMap<string, PickledTensor>;
  /** Names of the arguments of `forward`, where the file has them. */
  readonly argumentNames: readonly string[] | undefined;
  readonly rangeConstraints: ReadonlyMap<string, RangeConstraint>;
  /** What the user calls sizes of inputs that are symbols, where live capture has kept it. */
  readonly sizeNames?: SizeNames;
  readonly opsetVersions: ReadonlyMap<string, number>;
  readonly torchVersion: string;
  readonly schemaVersion: { readonly major: number; readonly minor: number };
}
