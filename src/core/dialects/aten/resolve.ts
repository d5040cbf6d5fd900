/**
 * Which overload a call means: the first whose arguments all match, first without and then with implicit conversions.
 * Rules: torch/csrc/jit/frontend/schema_matching.cpp (matchSchemas, tryConvertToType).
 */
import type { Schema, SchemaArgument, SchemaType } from './schema.ts';
import { overloadsOf } from './schemas.ts';

/** What a value is at run time, as far as matching asks. */
export type RuntimeKind =
  | 'tensor'
  | 'int'
  | 'float'
  | 'bool'
  | 'complex'
  | 'string'
  | 'none'
  | 'device'
  /** A number that the capture could not compute: it matches whatever is asked for. */
  | 'unknown'
  | 'other'
  | { readonly items: readonly RuntimeKind[] };

export interface CallKinds {
  readonly positional: readonly RuntimeKind[];
  readonly keywords: ReadonlyMap<string, RuntimeKind>;
}

/** The overload of `aten::name` that TorchScript would take; undefined where none matches. */
export function resolveOverload(name: string, call: CallKinds): Schema | undefined {
  const schemas = overloadsOf(name);
  for (const conversions of [false, true]) {
    const found = schemas.find((schema) => matches(schema, call, conversions));
    if (found) return found;
  }
  return undefined;
}

/** Whether a call can be a call of this schema. */
export function matches(schema: Schema, call: CallKinds, conversions: boolean): boolean {
  let position = 0;
  let keywordsUsed = 0;
  for (const argument of schema.arguments) {
    const keyword = call.keywords.get(argument.name);
    if (keyword !== undefined) {
      keywordsUsed++;
      if (!accepts(argument.type, keyword, conversions)) return false;
    } else if (!argument.keywordOnly && position < call.positional.length) {
      const given = call.positional[position++];
      if (given === undefined || !accepts(argument.type, given, conversions)) return false;
    } else if (!hasDefault(argument)) {
      return false;
    }
  }
  return position === call.positional.length && keywordsUsed === call.keywords.size;
}

function hasDefault(argument: SchemaArgument): boolean {
  return argument.default !== undefined;
}

function accepts(type: SchemaType, given: RuntimeKind, conversions: boolean): boolean {
  if (given === 'unknown') return true;
  if (given === 'none') return type.optional;
  if (!type.list) return typeof given === 'string' && acceptsOne(type.base, given, conversions);
  // `int[2]` takes one number for n equal ones.
  if (typeof given === 'string') return type.size !== undefined && acceptsOne(type.base, given, conversions);
  return given.items.every(
    (item) =>
      item === 'unknown' ||
      (item === 'none' ? type.elementOptional : typeof item === 'string' && acceptsOne(type.base, item, conversions)),
  );
}

const STRICT: Readonly<Record<SchemaType['base'], readonly RuntimeKind[]>> = {
  Tensor: ['tensor'],
  int: ['int'],
  float: ['float'],
  Scalar: ['int', 'float', 'complex'],
  bool: ['bool'],
  str: ['string'],
  ScalarType: ['int'],
  Device: ['device'],
  Layout: ['int'],
  MemoryFormat: ['int'],
  Generator: [],
  complex: ['complex'],
};

const CONVERTED: Readonly<Record<SchemaType['base'], readonly RuntimeKind[]>> = {
  ...STRICT,
  int: ['int', 'tensor'],
  float: ['float', 'int', 'tensor'],
  Scalar: ['int', 'float', 'complex', 'bool', 'tensor'],
  Device: ['device', 'string'],
};

function acceptsOne(base: SchemaType['base'], given: RuntimeKind, conversions: boolean): boolean {
  return (conversions ? CONVERTED : STRICT)[base].includes(given);
}
