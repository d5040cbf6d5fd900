/** What PyTorch itself answers for calls of operators: the rows that results.py wrote. */
import { readFileSync } from 'node:fs';
import { ArgumentReader, type ArgumentValue } from '../../../../../src/core/dialects/aten/arguments.ts';
import type { RuleArguments, TensorInfo } from '../../../../../src/core/dialects/aten/rule.ts';
import { inferResults } from '../../../../../src/core/dialects/aten/rules.ts';
import { dtypeOf, MEMORY_FORMAT } from '../../../../../src/core/dialects/aten/scalar-types.ts';
import type { Schema } from '../../../../../src/core/dialects/aten/schema.ts';
import type { View } from '../../../../../src/core/dialects/aten/view.ts';
import { viewRuleFor } from '../../../../../src/core/dialects/aten/views.ts';
import { isDataType } from '../../../../../src/core/ir/dtype.ts';

export type Described =
  | null
  | boolean
  | number
  | string
  | { t: TensorRow }
  | { dtype: string }
  | { format: string }
  | { f: number }
  | Described[];
export type TensorRow = [dtype: string, shape: number[], strides: number[]];

export interface Row {
  readonly op: string;
  readonly overload: string;
  readonly args: Record<string, Described>;
  readonly results: TensorRow[];
  /** Offsets of results that share memory with the first argument. */
  readonly shares?: number[];
}

export const rows = JSON.parse(readFileSync('test/fixtures/aten/results.json', 'utf8')) as Row[];

export function info([dtype, shape, strides]: TensorRow): TensorInfo {
  if (!isDataType(dtype)) throw new TypeError(dtype);
  return { dtype, shape, strides };
}

const FORMATS: Readonly<Record<string, bigint>> = { channels_last: MEMORY_FORMAT.channelsLast };

function value(described: Described | undefined, tensor: (row: TensorRow) => TensorInfo): ArgumentValue<TensorInfo> {
  if (described === null || described === undefined) return undefined;
  if (typeof described === 'number') return BigInt(described);
  if (typeof described !== 'object') return described;
  if (Array.isArray(described)) return described.map((each) => value(each, tensor)) as readonly bigint[];
  if ('t' in described) return tensor(described.t);
  if ('f' in described) return described.f;
  return 'dtype' in described ? described.dtype : FORMATS[described.format];
}

/** The arguments of a row as rules read them; `tensor` says what is known of each tensor. */
export function readerOf(schema: Schema, args: Row['args'], tensor = info): RuleArguments {
  const values = new Map<string, ArgumentValue<TensorInfo>>();
  for (const { name, type, default: otherwise } of schema.arguments) {
    const fallback = type.base === 'ScalarType' && typeof otherwise === 'bigint' ? dtypeOf(otherwise) : otherwise;
    const given = name in args ? value(args[name], tensor) : (fallback ?? undefined);
    values.set(name, type.base === 'float' && typeof given === 'bigint' ? Number(given) : given);
  }
  return new ArgumentReader(schema, values);
}

/** The results of a call, and how they relate to its first argument where they are views of it. */
export function answer(
  schema: Schema,
  args: RuleArguments,
): { readonly views: readonly View[] | undefined; readonly results: readonly TensorInfo[] | undefined } {
  const self = args.get(schema.arguments[0]?.name ?? '');
  const isTensor = typeof self === 'object' && 'dtype' in self;
  const views = isTensor ? viewRuleFor(schema.name)?.(args, self) : undefined;
  return { views, results: views?.map((view) => view.info) ?? inferResults(args) };
}
