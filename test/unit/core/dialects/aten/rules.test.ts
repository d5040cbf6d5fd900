import { expect, test } from 'vitest';
import { SymbolicArgument } from '../../../../../src/core/dialects/aten/arguments.ts';
import { channelsLastStrides, contiguousStrides, isContiguous } from '../../../../../src/core/dialects/aten/layout.ts';
import { type TensorInfo, UndecidedSize } from '../../../../../src/core/dialects/aten/rule.ts';
import { inferResults, RULE_NAMES } from '../../../../../src/core/dialects/aten/rules.ts';
import { findSchema, overloadsOf } from '../../../../../src/core/dialects/aten/schemas.ts';
import { VIEW_NAMES, viewRuleFor } from '../../../../../src/core/dialects/aten/views.ts';
import { SIZE_BOUNDS } from '../../../../../src/core/ir/bounds.ts';
import { Expression } from '../../../../../src/core/ir/expression.ts';
import type { Dim } from '../../../../../src/core/ir/shape.ts';
import { answer, type Described, info, type Row, readerOf, rows, type TensorRow } from './rows.ts';

const text = (row: Row) => `${row.op}${row.overload && `.${row.overload}`} ${JSON.stringify(row.args)}`;

test.each(rows.map((row) => [text(row), row] as const))('%s', (_, row) => {
  const schema = findSchema('aten', row.op, row.overload);
  expect(schema).toBeDefined();
  if (!schema) return;
  const { views, results } = answer(schema, readerOf(schema, row.args));
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

/** A size as a symbol that has its name of its number, so that equal sizes are equal symbols. */
const symbolOf = (size: number): Dim => (size > 1 ? Expression.symbol(`s${size}`, SIZE_BOUNDS) : size);

function symbolic([dtype, shape, strides]: TensorRow): TensorInfo {
  const plain = info([dtype, shape, strides]);
  const sizes = shape.map(symbolOf);
  const last = channelsLastStrides(shape).join() === strides.join();
  if (contiguousStrides(shape).join() === strides.join())
    return { ...plain, shape: sizes, strides: contiguousStrides(sizes) };
  return { ...plain, shape: sizes, strides: last ? channelsLastStrides(sizes) : undefined };
}

const numbers = new Map(Array.from({ length: 2000 }, (_, k) => [`s${k}`, k] as const));
const asNumber = (dim: Dim) => (dim instanceof Expression ? dim.substitute(numbers).simplified() : dim);

test('over symbols every rule says what it says over numbers, or that it does not know', () => {
  const silent = new Set<string>();
  const spoke = new Set<string>();
  for (const row of rows) {
    const schema = findSchema('aten', row.op, row.overload);
    if (!schema) continue;
    let found: ReturnType<typeof answer>;
    try {
      found = answer(schema, readerOf(schema, row.args, symbolic));
    } catch (error) {
      if (!(error instanceof UndecidedSize) && !(error instanceof SymbolicArgument))
        throw new Error(text(row), { cause: error });
      silent.add(row.op);
      continue;
    }
    spoke.add(row.op);
    const { results, views } = found;
    expect([text(row), results?.map(({ dtype, shape }) => [dtype, shape.map(asNumber)])]).toEqual([
      text(row),
      row.results.map(([dtype, shape]) => [dtype, shape]),
    ]);
    results?.forEach((result, k) => {
      const known = result.strides?.map(asNumber);
      if (known && !row.results[k]?.[1].includes(0))
        expect([text(row), known]).toEqual([text(row), row.results[k]?.[2]]);
    });
    if (!views || views.some((view) => view.aliasing === 'maybe') || row.results.some(([, shape]) => shape.includes(0)))
      continue;
    const sharing = views.some((view) => view.aliasing === 'same' || view.aliasing === 'view');
    expect([text(row), sharing]).toEqual([text(row), row.shares !== undefined]);
  }
  // Their rows give numbers that say the size of an axis, or how many pieces it has.
  expect([...silent].filter((name) => !spoke.has(name)).sort()).toEqual([
    'broadcast_to',
    'chunk',
    'layer_norm',
    'native_layer_norm',
    'split',
    'split_with_sizes',
    'unbind',
    'unflatten',
  ]);
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
