/** The functions of expressions, a row each: what they take and give, and how a failed condition speaks of them. */
import { constantOf, dataOf } from '../../dialects/onnx/data.ts';
import type { Expression } from '../../ir/expression.ts';
import { add, type Dim, elementCount, isStatic, maximum, minimum, multiply, sameDim } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { reducedAxes, scalarOf } from '../simplify/forms.ts';
import { ABSENT, type Item, type ItemType, isSize, nameOf, type Result, Unknown } from './items.ts';

export interface FunctionFacts {
  /** The types of its operands; the last one repeats where `many` is set. */
  readonly takes: readonly ItemType[];
  readonly many?: boolean;
  readonly gives: ItemType;
  /** Operands have the types that `takes` says; a value that is absent makes everything but `absent` unknown. */
  readonly apply: (...operands: never[]) => Result;
  /** `has rank`: how "x has rank 3" is said. */
  readonly says?: string;
}

const value = (says: string, gives: ItemType, apply: (x: Value) => Result): FunctionFacts => ({
  takes: ['value'],
  gives,
  apply,
  says,
});

const number = (apply: (x: number) => number): FunctionFacts => ({
  takes: ['number'],
  gives: 'number',
  apply: (x: Item) => (typeof x === 'number' ? apply(x) : new Unknown('a size that is open has no such value')),
});

const fold = (start: number | undefined, step: (a: Dim, b: Dim) => Dim): FunctionFacts => ({
  takes: ['list'],
  gives: 'number',
  apply: (list: readonly Item[]) => {
    if (list.length === 0 && start === undefined) return new Unknown('the list is empty');
    if (!list.every(isSize)) return new Unknown('the list does not hold numbers alone');
    const [first, ...others] = start === undefined ? list : [start, ...list];
    return others.reduce<Dim>(step, first) ?? new Unknown('a size is not known');
  },
});

export const FUNCTIONS: Readonly<Record<string, FunctionFacts>> = {
  // What is known of values.
  rank: value('has rank', 'number', (x) => x.rank ?? new Unknown(`the rank of ${nameOf(x)} is not known`)),
  shape: value('has the shape', 'list', shapeOf),
  dtype: value('has the type', 'text', (x) => x.dtype ?? new Unknown(`the type of ${nameOf(x)} is not known`)),
  elements: value('has as many elements as', 'number', (x) => {
    const count = x.shape && elementCount(x.shape);
    return count ?? new Unknown(`the sizes of ${nameOf(x)} are not known`);
  }),
  uses: value('is read this many times:', 'number', (x) => x.useCount),
  value: value('is', 'number', (x) => scalarOf(x) ?? new Unknown(`${nameOf(x)} is no constant of one number`)),
  values: value('is', 'list', valuesOf),
  // The axes that a reduction takes together, counted from the end.
  reduced: value('is over the axes', 'list', reducedFromEnd),
  constant: { takes: ['value'], gives: 'truth', apply: (x: Value) => constantOf(x) !== undefined },
  absent: { takes: ['value'], gives: 'truth', apply: (x: Item) => x === ABSENT },
  present: { takes: ['value'], gives: 'truth', apply: (x: Item) => x !== ABSENT },
  dim: {
    takes: ['value', 'number'],
    gives: 'number',
    apply: (x: Value, at: number) => {
      const shape = shapeOf(x);
      return shape instanceof Unknown ? shape : itemAt(shape, at, `the shape of ${nameOf(x)}`);
    },
  },
  // Whether x, broadcast with y, has the shape of y.
  broadcasts: { takes: ['value', 'value'], gives: 'truth', apply: broadcasts },

  // Lists.
  length: { takes: ['list'], gives: 'number', apply: (list: readonly Item[]) => list.length },
  count: { takes: ['values'], gives: 'number', apply: (list: readonly Item[]) => list.length },
  sum: fold(0, add),
  product: fold(1, multiply),
  least: fold(undefined, minimum),
  greatest: fold(undefined, maximum),
  range: {
    takes: ['number'],
    gives: 'list',
    apply: (count: Item) =>
      typeof count === 'number' && count >= 0 && count <= 1024
        ? [...Array(count).keys()]
        : new Unknown('the length of the list is not known'),
  },
  reversed: { takes: ['list'], gives: 'list', apply: (list: readonly Item[]) => list.toReversed() },
  first: { takes: ['list', 'number'], gives: 'list', apply: (list: readonly Item[], n: number) => list.slice(0, n) },
  last: {
    takes: ['list', 'number'],
    gives: 'list',
    apply: (list: readonly Item[], n: number) => (n > 0 ? list.slice(-n) : []),
  },
  joined: {
    takes: ['list'],
    many: true,
    gives: 'list',
    apply: (...lists: readonly Item[][]) => lists.flat(),
  },
  repeated: {
    takes: ['number', 'number'],
    gives: 'list',
    apply: (item: Item, count: Item) =>
      typeof count === 'number' && count >= 0 && count <= 1024
        ? Array<Item>(count).fill(item)
        : new Unknown('the length of the list is not known'),
  },
  // The order that undoes a permutation.
  inverse: { takes: ['list'], gives: 'list', apply: inverse },
  is_permutation: { takes: ['list'], gives: 'truth', apply: (list: readonly Item[]) => Array.isArray(inverse(list)) },

  // Numbers.
  min: { takes: ['number'], many: true, gives: 'number', apply: (...x: Dim[]) => known(x.reduce(minimum)) },
  max: { takes: ['number'], many: true, gives: 'number', apply: (...x: Dim[]) => known(x.reduce(maximum)) },
  abs: number(Math.abs),
  sqrt: number(Math.sqrt),
  exp: number(Math.exp),
  log: number(Math.log),
  floor: number(Math.floor),
  ceil: number(Math.ceil),
  pow: {
    takes: ['number', 'number'],
    gives: 'number',
    apply: (x: Item, y: Item) =>
      typeof x === 'number' && typeof y === 'number' ? x ** y : new Unknown('a size that is open has no such value'),
  },
};

function known(dim: Dim): number | Expression | Unknown {
  return dim ?? new Unknown('a size is not known');
}

function shapeOf(x: Value): readonly Item[] | Unknown {
  const { shape } = x;
  if (!shape) return new Unknown(`the rank of ${nameOf(x)} is not known`);
  return shape.every((dim) => dim !== undefined)
    ? (shape as Item[])
    : new Unknown(`a size of ${nameOf(x)} is not known`);
}

/** The numbers of a small constant, or sizes that are followed. */
function valuesOf(x: Value): Result {
  const elements = dataOf(x)?.elements;
  if (elements?.every((each) => each !== undefined)) return elements as Item[];
  return new Unknown(`the numbers of ${nameOf(x)} are not known`);
}

function reducedFromEnd({ producer }: Value): Result {
  const [axes, rank] = [producer && reducedAxes(producer), producer?.input(0)?.rank];
  return axes && rank !== undefined
    ? axes.map((axis) => axis - rank)
    : new Unknown('the axes of a reduction are not known');
}

export function itemAt(list: readonly Item[], at: number, what: string): Result {
  return list[at < 0 ? list.length + at : at] ?? new Unknown(`${what} has no place ${at}`);
}

function broadcasts(x: Value, y: Value): Result {
  if (!x.shape || !y.shape) return new Unknown(`the rank of ${nameOf(x.shape ? y : x)} is not known`);
  if (x.shape.length > y.shape.length) return false;
  const lead = y.shape.length - x.shape.length;
  for (const [k, dim] of x.shape.entries()) {
    if (dim === 1) continue;
    const fits = sameDim(dim, y.shape[lead + k]);
    if (fits === undefined) return new Unknown(`whether ${nameOf(x)} has the sizes of ${nameOf(y)} is not known`);
    if (!fits) return false;
  }
  return true;
}

function inverse(list: readonly Item[]): readonly Item[] | Unknown {
  const order = list as readonly number[];
  if (!isStatic(order)) return new Unknown('the order is not known');
  const back = Array<number>(order.length).fill(-1);
  order.forEach((from, to) => {
    back[from] = to;
  });
  return back.length === order.length && back.every((each) => each >= 0)
    ? back
    : new Unknown('the list is no order of axes');
}
