/** Computes small aten graphs, straight from the definitions of the operators: an oracle's hand, not the engine's. */
import { type Arguments, argumentsOf } from '../../../../src/core/dialects/aten/arguments.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { elementCount } from '../../../../src/core/ir/shape.ts';
import type { Value } from '../../../../src/core/ir/value.ts';

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type At = (index: readonly number[]) => number;

/** A tensor whose elements a function of their index gives. */
function make(shape: readonly number[], at: At): Numbers {
  const data: number[] = [];
  const walk = (index: readonly number[]): void => {
    if (index.length === shape.length) data.push(at(index));
    else for (let k = 0; k < (shape[index.length] ?? 0); k++) walk([...index, k]);
  };
  walk([]);
  return { shape, data };
}

/** The element at an index; axes of size 1, and missing leading axes, repeat. */
function element({ shape, data }: Numbers, index: readonly number[]): number {
  let at = 0;
  shape.forEach((size, axis) => {
    const k = index[index.length - shape.length + axis] ?? 0;
    at = at * size + (size === 1 ? 0 : k);
  });
  return data[at] ?? Number.NaN;
}

function common(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, k) => Math.max(a[k - rank + a.length] ?? 1, b[k - rank + b.length] ?? 1));
}

function reshape(x: Numbers, shape: readonly number[]): Numbers {
  const rest = elementCount(x.shape) / shape.filter((size) => size !== -1).reduce((p, size) => p * size, 1);
  return { shape: shape.map((size) => (size === -1 ? rest : size)), data: x.data };
}

function permute(x: Numbers, dims: readonly number[]): Numbers {
  const axes = dims.map((dim) => (dim < 0 ? dim + x.shape.length : dim));
  return make(
    axes.map((axis) => x.shape[axis] ?? 1),
    (index) => {
      const source = new Array<number>(index.length);
      axes.forEach((axis, k) => {
        source[axis] = index[k] ?? 0;
      });
      return element(x, source);
    },
  );
}

const replaced = (items: readonly number[], axis: number, item: number) =>
  items.map((old, k) => (k === axis ? item : old));
const removed = (items: readonly number[], axis: number) => items.filter((_, k) => k !== axis);
const inserted = (items: readonly number[], axis: number, item: number) => [
  ...items.slice(0, axis),
  item,
  ...items.slice(axis),
];

type Compute = (
  args: Arguments,
  of: (name: string) => Numbers,
  value: (value: Value) => Numbers,
) => Numbers | Numbers[];

const binary =
  (compute: (a: number, b: number) => number): Compute =>
  (args, of) => {
    const self = of('self');
    const given = args.get('other');
    const other: Numbers = typeof given === 'object' ? of('other') : { shape: [], data: [Number(given)] };
    return make(common(self.shape, other.shape), (index) => compute(element(self, index), element(other, index)));
  };

const unary =
  (compute: (x: number) => number): Compute =>
  (_, of) => {
    const { shape, data } = of('self');
    return { shape, data: data.map(compute) };
  };

const axisOf = (args: Arguments, name: string, x: Numbers) =>
  args.number(name) < 0 ? args.number(name) + x.shape.length : args.number(name);

const bound = (value: bigint | undefined, size: number, otherwise: number) =>
  value === undefined
    ? otherwise
    : Math.min(Math.max(Number(value) < 0 ? Number(value) + size : Number(value), 0), size);

function range(args: Arguments, size: number) {
  const start = bound(args.optionalInt('start'), size, 0);
  const end = bound(args.optionalInt('end'), size, size);
  const step = args.number('step');
  return { start, step, count: Math.max(Math.ceil((end - start) / step), 0) };
}

function pieces(x: Numbers, axis: number, sizes: readonly number[]): Numbers[] {
  let start = 0;
  return sizes.map((size) => {
    const from = start;
    start += size;
    return make(replaced(x.shape, axis, size), (index) => element(x, replaced(index, axis, (index[axis] ?? 0) + from)));
  });
}

function equal(total: number, size: number): number[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, k) => Math.min(size, total - k * size));
}

const OPERATORS: Readonly<Record<string, Compute>> = {
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  gt: binary((a, b) => Number(a > b)),
  neg: unary((x) => -x),
  relu: unary((x) => Math.max(x, 0)),
  clone: unary((x) => x),
  contiguous: unary((x) => x),
  to: (args, of) => {
    const x = of('self');
    return args.dtype('dtype') === 'int64' ? { shape: x.shape, data: x.data.map(Math.trunc) } : x;
  },
  full: (args) => make(args.numbers('size'), () => Number(args.get('fill_value'))),
  zeros: (args) => make(args.numbers('size'), () => 0),
  view: (args, of) => reshape(of('self'), args.numbers('size')),
  reshape: (args, of) => reshape(of('self'), args.numbers('shape')),
  flatten: (args, of) => {
    const x = of('self');
    const [from, to] = [axisOf(args, 'start_dim', x), axisOf(args, 'end_dim', x)];
    return reshape(x, [...x.shape.slice(0, from), -1, ...x.shape.slice(to + 1)]);
  },
  squeeze: (args, of) => reshape(of('self'), removed(of('self').shape, axisOf(args, 'dim', of('self')))),
  unsqueeze: (args, of) => reshape(of('self'), inserted(of('self').shape, args.number('dim'), 1)),
  permute: (args, of) => permute(of('self'), args.numbers('dims')),
  transpose: (args, of) => {
    const x = of('self');
    const [a, b] = [axisOf(args, 'dim0', x), axisOf(args, 'dim1', x)];
    return permute(
      x,
      x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
    );
  },
  t: (_, of) => permute(of('self'), [1, 0]),
  movedim: (args, of) => {
    const x = of('self');
    const [from, to] = [args.number('source'), args.number('destination')];
    return permute(x, inserted(removed([...x.shape.keys()], from), to, from));
  },
  expand: (args, of) => {
    const x = of('self');
    const size = args.numbers('size');
    const shape = size.map((each, k) => (each === -1 ? (x.shape[k - size.length + x.shape.length] ?? 1) : each));
    return make(shape, (index) => element(x, index));
  },
  select: (args, of) => {
    const x = of('self');
    const axis = axisOf(args, 'dim', x);
    return make(removed(x.shape, axis), (index) => element(x, inserted(index, axis, args.number('index'))));
  },
  select_scatter: (args, of) => {
    const [x, src, axis] = [of('self'), of('src'), args.number('dim')];
    return make(x.shape, (index) =>
      index[axis] === args.number('index') ? element(src, removed(index, axis)) : element(x, index),
    );
  },
  slice: (args, of) => {
    const x = of('self');
    const axis = axisOf(args, 'dim', x);
    const { start, step, count } = range(args, x.shape[axis] ?? 0);
    return make(replaced(x.shape, axis, count), (index) =>
      element(x, replaced(index, axis, start + (index[axis] ?? 0) * step)),
    );
  },
  narrow: (args, of) => {
    const [x, axis] = [of('self'), args.number('dim')];
    return make(replaced(x.shape, axis, args.number('length')), (index) =>
      element(x, replaced(index, axis, args.number('start') + (index[axis] ?? 0))),
    );
  },
  slice_scatter: (args, of) => {
    const [x, src, axis] = [of('self'), of('src'), args.number('dim')];
    const { start, step, count } = range(args, x.shape[axis] ?? 0);
    return make(x.shape, (index) => {
      const at = ((index[axis] ?? 0) - start) / step;
      return Number.isInteger(at) && at >= 0 && at < count
        ? element({ ...src, shape: src.shape }, replaced(index, axis, at))
        : element(x, index);
    });
  },
  diagonal: (args, of) => {
    const [x, offset] = [of('self'), args.number('offset')];
    const [rows = 0, columns = 0] = x.shape;
    const count = Math.max(Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)), 0);
    return make([count], ([k = 0]) => element(x, [k - Math.min(offset, 0), k + Math.max(offset, 0)]));
  },
  diagonal_scatter: (args, of) => {
    const [x, src, offset] = [of('self'), of('src'), args.number('offset')];
    return make(x.shape, ([row = 0, column = 0]) =>
      column - row === offset ? element(src, [Math.min(row, column)]) : element(x, [row, column]),
    );
  },
  masked_fill: (args, of) => {
    const [x, mask] = [of('self'), of('mask')];
    return make(x.shape, (index) => (element(mask, index) ? Number(args.get('value')) : element(x, index)));
  },
  unbind: (args, of) => {
    const x = of('self');
    const axis = args.number('dim');
    return Array.from({ length: x.shape[axis] ?? 0 }, (_, k) =>
      make(removed(x.shape, axis), (index) => element(x, inserted(index, axis, k))),
    );
  },
  split: (args, of) =>
    pieces(of('self'), args.number('dim'), equal(of('self').shape[args.number('dim')] ?? 0, args.number('split_size'))),
  chunk: (args, of) => {
    const total = of('self').shape[args.number('dim')] ?? 0;
    return pieces(of('self'), args.number('dim'), equal(total, Math.ceil(total / args.number('chunks'))));
  },
  cat: (args, _, value) => {
    const parts = args.tensors('tensors').map(value);
    if (args.number('dim') !== 0) throw new Error('cat along another axis');
    const [first] = parts;
    const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
    return { shape: [rows, ...(first?.shape.slice(1) ?? [])], data: parts.flatMap((part) => part.data) };
  },
};

/** The outputs of a graph for these inputs. Throws for operators that it does not know. */
export function evaluate({ graph }: Model, inputs: readonly Numbers[]): Numbers[] {
  const known = new Map<Value, Numbers>();
  graph.inputs.forEach((input, k) => {
    const given = inputs[k];
    if (given) known.set(input, given);
  });
  const numbersOf = (value: Value): Numbers => {
    const found = known.get(value);
    if (found) return found;
    if (!value.constant) throw new Error(`${value.name} was not computed`);
    return { shape: value.constant.shape, data: value.constant.numbers() };
  };
  for (const node of graph.nodes) {
    const compute = OPERATORS[node.op];
    if (!compute) throw new Error(`no oracle for ${node.operator}`);
    const args = argumentsOf(node);
    const results = compute(args, (name) => numbersOf(args.tensor(name)), numbersOf);
    [results].flat().forEach((result, k) => {
      known.set(node.output(k), result);
    });
  }
  return graph.outputs.map(numbersOf);
}
