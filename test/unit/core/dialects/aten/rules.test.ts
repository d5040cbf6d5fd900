import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ArgumentReader, type ArgumentValue } from '../../../../../src/core/dialects/aten/arguments.ts';
import { isContiguous } from '../../../../../src/core/dialects/aten/layout.ts';
import type { RuleArguments, TensorInfo } from '../../../../../src/core/dialects/aten/rule.ts';
import { inferResults, RULE_NAMES } from '../../../../../src/core/dialects/aten/rules.ts';
import { dtypeOf, MEMORY_FORMAT } from '../../../../../src/core/dialects/aten/scalar-types.ts';
import type { Schema } from '../../../../../src/core/dialects/aten/schema.ts';
import { findSchema, overloadsOf } from '../../../../../src/core/dialects/aten/schemas.ts';
import { VIEW_NAMES, viewRuleFor } from '../../../../../src/core/dialects/aten/views.ts';
import { isDataType } from '../../../../../src/core/ir/dtype.ts';

type Described =
  | null
  | boolean
  | number
  | string
  | { t: TensorRow }
  | { dtype: string }
  | { format: string }
  | { f: number }
  | Described[];
type TensorRow = [dtype: string, shape: number[], strides: number[]];

interface Row {
  readonly op: string;
  readonly overload: string;
  readonly args: Record<string, Described>;
  readonly results: TensorRow[];
  /** Offsets of results that share memory with the first argument. */
  readonly shares?: number[];
}

// Written by results.py beside it: what PyTorch itself answers.
const rows = JSON.parse(readFileSync('test/fixtures/aten/results.json', 'utf8')) as Row[];

function info([dtype, shape, strides]: TensorRow): TensorInfo {
  if (!isDataType(dtype)) throw new TypeError(dtype);
  return { dtype, shape, strides };
}

const FORMATS: Readonly<Record<string, bigint>> = { channels_last: MEMORY_FORMAT.channelsLast };

function value(described: Described | undefined): ArgumentValue<TensorInfo> {
  if (described === null || described === undefined) return undefined;
  if (typeof described === 'number') return BigInt(described);
  if (typeof described !== 'object') return described;
  if (Array.isArray(described)) return described.map(value) as readonly bigint[];
  if ('t' in described) return info(described.t);
  if ('f' in described) return described.f;
  return 'dtype' in described ? described.dtype : FORMATS[described.format];
}

function readerOf(schema: Schema, args: Row['args']): RuleArguments {
  const values = new Map<string, ArgumentValue<TensorInfo>>();
  for (const { name, type, default: otherwise } of schema.arguments) {
    const fallback = type.base === 'ScalarType' && typeof otherwise === 'bigint' ? dtypeOf(otherwise) : otherwise;
    const given = name in args ? value(args[name]) : (fallback ?? undefined);
    values.set(name, type.base === 'float' && typeof given === 'bigint' ? Number(given) : given);
  }
  return new ArgumentReader(schema, values);
}

const text = (row: Row) => `${row.op}${row.overload && `.${row.overload}`} ${JSON.stringify(row.args)}`;

test.each(rows.map((row) => [text(row), row] as const))('%s', (_, row) => {
  const schema = findSchema('aten', row.op, row.overload);
  expect(schema).toBeDefined();
  if (!schema) return;
  const args = readerOf(schema, row.args);
  const first = schema.arguments[0]?.name ?? '';
  const self = args.get(first);
  const isTensor = typeof self === 'object' && 'dtype' in self;
  const views = isTensor ? viewRuleFor(row.op)?.(args, self) : undefined;
  const results = views?.map((view) => view.info) ?? inferResults(args);
  const plain = (each: TensorInfo) => `${each.dtype}[${each.shape.join(', ')}]`;
  expect(results?.map(plain)).toEqual(row.results.map(info).map(plain));
  // A layout that we claim to know is PyTorch's.
  results?.forEach((result, k) => {
    if (result.strides && !result.shape.includes(0)) expect(result.strides).toEqual(row.results[k]?.[2]);
  });
  if (!views || row.results.every(([, shape]) => shape.includes(0))) return;
  const sharing = views.some((view) => view.aliasing === 'same' || view.aliasing === 'view');
  expect(sharing).toBe(row.shares !== undefined);
  if (row.shares) expect(views.map((view) => view.offset)).toEqual(row.shares);
});

test('the layouts of results of row-major tensors are known but for a few operators', () => {
  const unknown = new Set<string>();
  for (const row of rows) {
    const schema = findSchema('aten', row.op, row.overload);
    if (!schema || viewRuleFor(row.op)) continue;
    const tensors = Object.values(row.args).flatMap((arg) => (Array.isArray(arg) ? arg : [arg]));
    const plain = tensors.every((arg) => !isTensorRow(arg) || isContiguous(arg.t[1], arg.t[2]));
    if (plain && inferResults(readerOf(schema, row.args))?.some((result) => !result.strides)) unknown.add(row.op);
  }
  expect([...unknown].sort()).toEqual([
    'cosine_similarity',
    'diag_embed',
    'einsum',
    'index',
    'inner',
    'matmul',
    'rot90',
    'scaled_dot_product_attention',
  ]);
});

function isTensorRow(arg: Described): arg is { t: TensorRow } {
  return typeof arg === 'object' && arg !== null && 't' in arg;
}

test('every rule is of an operator that PyTorch has', () => {
  for (const name of [...RULE_NAMES, ...VIEW_NAMES]) expect([name, overloadsOf(name).length > 0]).toEqual([name, true]);
});
