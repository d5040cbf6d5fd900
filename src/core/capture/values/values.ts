/** What variables of a captured program hold: plain values, containers with identity, and symbolic tensors. */
import type { TensorInfo } from '../../dialects/aten/rule.ts';
import type { ScriptObject } from '../../formats/torch/archive.ts';
import type { FunctionDefinition } from '../../formats/torch/ast.ts';
import type { Dim } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { PackedValue, QuantizedValue } from './quantized-values.ts';
import { type ScalarType, ScalarValue } from './scalars.ts';
import { type Place, Storage, type TensorValue } from './tensor.ts';

/** Ints are bigint, floats are number, None is null. */
export type CapturedValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | ScalarValue
  | TensorValue
  | QuantizedValue
  | PackedValue
  | ListValue
  | TupleValue
  | DictValue
  | ModuleValue
  | ObjectValue
  | DeviceValue
  | EnumValue
  | FunctionValue
  | ClosureValue
  | SequenceValue
  | OptionalValue
  | SelectedValue
  | NeverValue
  | UnknownValue;

/** A list: it is shared by all variables that hold it. */
export class ListValue {
  readonly kind = 'list';
  /** What it holds where its length is only known in a run: it has no `items` then. */
  grown: SequenceValue | undefined;

  constructor(private readonly known: CapturedValue[]) {}

  /** Throws UnknownLength where only a run knows how many there are: `itemsOf` asks without. */
  get items(): CapturedValue[] {
    if (this.grown) throw new UnknownLength('the length of a list is only known in a run');
    return this.known;
  }
}

/** What a program does with a list whose length only a run knows, and nothing can stand for. */
export class UnknownLength extends Error {
  override readonly name = 'UnknownLength';
}

/** The items of a list of a length that only a run knows: tensors of one type as a sequence, or numbers as a tensor of one axis. */
export class SequenceValue {
  readonly kind = 'sequence';
  /** How many there are, as an expression, where that is known or has been asked for. */
  length: Dim;
  /** The item at a known place, where it can be had without the list. */
  at: ((place: bigint) => CapturedValue) | undefined;

  constructor(
    readonly value: Value,
    readonly element: TensorInfo,
    /** The kind of its numbers. */
    readonly number: ScalarType | undefined,
    /** Stands for the memory of all items: writes to one of them that may be of them put what it holds in doubt. */
    readonly storage: Storage = new Storage(() => value),
  ) {}
}

export class TupleValue {
  readonly kind = 'tuple';
  constructor(
    readonly items: readonly CapturedValue[],
    /** The fields of a NamedTuple. */
    readonly names?: readonly string[],
  ) {}
}

/** A dict with keys of plain values, in order of insertion. */
export class DictValue {
  readonly kind = 'dict';
  readonly entries = new Map<CapturedValue, CapturedValue>();
}

/** A module, and the path on which the program reached it. */
export class ModuleValue {
  readonly kind = 'module';
  constructor(
    readonly object: ScriptObject,
    readonly path: string,
  ) {}
}

/** An instance of a script class. */
export class ObjectValue {
  readonly kind = 'object';
  readonly attributes = new Map<string, CapturedValue>();
  constructor(readonly className: string) {}
}

export class DeviceValue {
  readonly kind = 'device';
  constructor(readonly device: string) {}
}

export class EnumValue {
  readonly kind = 'enum';
  constructor(
    readonly className: string,
    readonly name: string,
    readonly value: CapturedValue,
  ) {}
}

/** A function within a function, and the variables that it sees. */
export class ClosureValue {
  readonly kind = 'closure';
  constructor(
    readonly definition: FunctionDefinition,
    readonly variables: ReadonlyMap<string, CapturedValue>,
  ) {}
}

/** A free function of the archive. */
export class FunctionValue {
  readonly kind = 'function';
  constructor(readonly name: string) {}
}

/** None in some runs, a value in others. */
export class OptionalValue {
  readonly kind = 'optional';
  constructor(
    /** A bool: whether it is no None. */
    readonly present: ScalarValue,
    /** What it is then; nothing may read it else. */
    readonly item: CapturedValue,
  ) {}
}

/** One of several texts, enums or devices: a run decides which. */
export class SelectedValue {
  readonly kind = 'selected';
  constructor(
    /** An int: the place among the options. */
    readonly index: ScalarValue,
    readonly options: readonly CapturedValue[],
  ) {}
}

/** A value that no run reads: a variable on a way through the program where it is not set. */
export class NeverValue {
  readonly kind = 'never';
}

export const NEVER = new NeverValue();

/**
 * A value that the capture could not compute. What made it unknown has been reported; whatever follows from it is
 * unknown too and is not reported again.
 */
export class UnknownValue {
  readonly kind = 'unknown';
}

export const UNKNOWN = new UnknownValue();

/** A value that differs between ways through the program so that nothing can stand for it: a problem where it is used. */
export class UnmergedValue extends UnknownValue {
  constructor(
    /** Completes "... depends on the data of a run: it may be ...". */
    readonly reason: string,
    /** Where the ways part. */
    readonly place: Place,
  ) {
    super();
  }
}

export function isTensor(value: CapturedValue | undefined): value is TensorValue {
  return typeof value === 'object' && value !== null && value.kind === 'tensor';
}

/** Whether a value is a number that only a run knows. */
export function isScalarValue(value: CapturedValue | undefined): value is ScalarValue {
  return value instanceof ScalarValue;
}

export function isUnknown(value: CapturedValue | undefined): value is UnknownValue {
  return value instanceof UnknownValue;
}

/** The value itself, which may be None; unknown where there is none. */
export function orUnknown(value: CapturedValue | undefined): CapturedValue {
  return value === undefined ? UNKNOWN : value;
}

/** The items of a list or tuple; undefined for other values, and for lists whose length only a run knows. */
export function itemsOf(value: CapturedValue | undefined): readonly CapturedValue[] | undefined {
  if (value instanceof ListValue) return value.grown ? undefined : value.items;
  return value instanceof TupleValue ? value.items : undefined;
}

/** All tensors within a value. */
export function flatTensors(value: CapturedValue): TensorValue[] {
  if (isTensor(value)) return [value];
  return itemsOf(value)?.flatMap(flatTensors) ?? [];
}
