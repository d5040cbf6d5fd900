/**
 * Operators whose result shares memory with their input, or is the input itself. Rules: ATen/native/TensorShape.cpp,
 * TensorConversions.cpp, TensorProperties.cpp, Dropout.cpp.
 */
import type { DataType } from '../../ir/dtype.ts';
import {
  add,
  type Dim,
  elementCount,
  floorDivide,
  maximum,
  minimum,
  multiply,
  type Shape,
  sameDim,
  subtract,
} from '../../ir/shape.ts';
import {
  channelsLastStrides,
  contiguousStrides,
  isContiguous,
  looksChannelsLast,
  preservedStrides,
  type Strides,
} from './layout.ts';
import {
  agree,
  axisOf,
  fresh,
  inferSize,
  mismatch,
  numberOf,
  type RuleArguments,
  sizeAt,
  sizeText,
  type TensorInfo,
} from './rule.ts';
import type { View } from './view.ts';
import {
  chunksOf,
  cut,
  equalPieces,
  expanded,
  narrowed,
  permuted,
  reshaped,
  same,
  selected,
  sliced,
  swapped,
  unsqueezed,
  viewed,
  without,
} from './view-geometry.ts';

/**
 * The views that a call makes of its input, in order. `counted` gives a new size for what only the data of a run tells;
 * `wants` is how many the program takes, where it takes no other number.
 */
export type ViewRule = (args: RuleArguments, self: TensorInfo, counted?: () => Dim, wants?: number) => readonly View[];

const one =
  (rule: (args: RuleArguments, self: TensorInfo, counted?: () => Dim) => View): ViewRule =>
  (args, self, counted) => [rule(args, self, counted)];

function diagonal(args: RuleArguments, self: TensorInfo): View {
  return diagonalOf(self, args.number('offset'), args.number('dim1'), args.number('dim2'));
}

function diagonalOf(self: TensorInfo, offset: number, first: number, second: number): View {
  const rank = self.shape.length;
  const [dim1, dim2] = [axisOf(first, rank), axisOf(second, rank)];
  const [rows, columns] = [
    add(sizeAt(self.shape, dim1), Math.min(offset, 0)),
    subtract(sizeAt(self.shape, dim2), Math.max(offset, 0)),
  ];
  const others = (_: unknown, axis: number) => axis !== dim1 && axis !== dim2;
  const [s1, s2] = [self.strides?.[dim1], self.strides?.[dim2]];
  const info = {
    ...self,
    shape: [...self.shape.filter(others), maximum(minimum(rows, columns), 0)],
    strides: self.strides && [...self.strides.filter(others), add(s1, s2)],
  };
  const moved = info.shape.at(-1) === 0 ? 0 : offset >= 0 ? multiply(offset, s2) : multiply(-offset, s1);
  return { aliasing: 'view', info, offset: moved, step: { kind: 'diagonal', offset, dim1, dim2 } };
}

function split(args: RuleArguments, self: TensorInfo, _: unknown, wants: number | undefined): View[] {
  const dim = axisOf(args.number('dim'), self.shape.length);
  const total = sizeAt(self.shape, dim);
  if (args.has('split_size') && !Array.isArray(args.get('split_size')))
    return cut(self, dim, equalPieces(total, args.dim('split_size'), wants));
  const sizes = args.dims(args.has('split_sizes') ? 'split_sizes' : 'split_size');
  agree(sizes.reduce(add, 0), total, `pieces of ${sizes.map(sizeText).join(', ')}`);
  return cut(self, dim, sizes);
}

function chunk(args: RuleArguments, self: TensorInfo, _: unknown, wants: number | undefined): View[] {
  const dim = axisOf(args.number('dim'), self.shape.length);
  const total = sizeAt(self.shape, dim);
  const chunks = args.number('chunks');
  // Of nothing there are as many pieces as were asked for.
  if (total === 0) return cut(self, dim, Array<number>(chunks).fill(0));
  return cut(self, dim, chunksOf(total, chunks, wants));
}

function tensorSplit(args: RuleArguments, self: TensorInfo): View[] {
  return splitAlong(args, self, axisOf(args.number('dim'), self.shape.length));
}

/** In as many pieces as are asked for, as equal as can be, or at places. */
function splitAlong(args: RuleArguments, self: TensorInfo, dim: number): View[] {
  const total = sizeAt(self.shape, dim);
  if (args.has('indices')) {
    const bounds = args.dims('indices');
    return [...bounds, undefined].map((end, k) => sliced(self, dim, k === 0 ? 0 : bounds[k - 1], end, 1));
  }
  const count = args.number('sections');
  return cut(
    self,
    dim,
    // The first ones take what is left over.
    Array.from({ length: count }, (_, k) => floorDivide(add(total, count - 1 - k), count)),
  );
}

function flattened(self: TensorInfo, from: number, to: number): View {
  const rank = self.shape.length;
  if (rank === 0) return reshaped(self, [1]);
  const [start, end] = [axisOf(from, rank), axisOf(to, rank)];
  if (start === end) return same(self);
  if (start > end) mismatch(`flattening axes ${start} to ${end}`);
  const size = elementCount(self.shape.slice(start, end + 1));
  return reshaped(self, [...self.shape.slice(0, start), size, ...self.shape.slice(end + 1)]);
}

/** A view of what is row-major; all else is copied. */
function ravelled(self: TensorInfo): View {
  const view = reshaped(self, [-1]);
  if (!self.strides || isContiguous(self.shape, self.strides)) return view;
  return { ...view, aliasing: 'copy', info: { ...view.info, strides: [1] } };
}

function movedim(args: RuleArguments, self: TensorInfo): View {
  const rank = self.shape.length;
  const list = (name: string) => {
    const value = args.get(name);
    return (typeof value === 'bigint' ? [Number(value)] : args.numbers(name)).map((axis) => axisOf(axis, rank));
  };
  const [from, to] = [list('source'), list('destination')];
  const order = new Array<number | undefined>(rank);
  from.forEach((axis, k) => {
    order[to[k] ?? 0] = axis;
  });
  const rest = self.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  return permuted(
    self,
    Array.from(order, (axis) => axis ?? rest.shift() ?? 0),
  );
}

/** What `memory_format` (a number of MemoryFormat) wants of a layout; undefined for "keep". */
function formatStrides(format: bigint | undefined, shape: Shape): Strides {
  if (format === 0n) return contiguousStrides(shape);
  return format === 2n || format === 3n ? channelsLastStrides(shape) : undefined;
}

function contiguous(args: RuleArguments, self: TensorInfo): View {
  const format = args.optionalInt('memory_format') ?? 0n;
  const strides = formatStrides(format, self.shape) ?? contiguousStrides(self.shape);
  const info = { ...self, strides };
  const step = { kind: 'alias' } as const;
  if (!self.strides) return { aliasing: 'maybe', info, offset: 0, step };
  const kept = format === 0n ? isContiguous(self.shape, self.strides) : lies(self.shape, self.strides, strides);
  if (kept) return same(self);
  return { aliasing: kept === undefined ? 'maybe' : 'copy', info, offset: 0, step };
}

function lies(shape: Shape, strides: readonly Dim[], wanted: readonly Dim[]): boolean | undefined {
  const each = shape.map((size, axis) => size === 1 || sameDim(strides[axis], wanted[axis]));
  if (each.every((same) => same)) return true;
  return each.includes(undefined) ? undefined : false;
}

function converted(args: RuleArguments, self: TensorInfo): View {
  const dtype = targetType(args) ?? self.dtype;
  const format = args.optionalInt('memory_format');
  const wanted = formatStrides(format, self.shape);
  const copied: View = {
    aliasing: 'copy',
    info: { dtype, shape: self.shape, strides: wanted ?? preservedStrides(self.shape, self.strides) },
    offset: 0,
    step: { kind: 'alias' },
  };
  if (dtype !== self.dtype || (args.has('copy') && args.bool('copy'))) return copied;
  if (!wanted) return same(self);
  if (!self.strides) return { ...copied, aliasing: 'maybe' };
  const last = looksChannelsLast(self.shape, self.strides);
  if (last === undefined) return { ...copied, aliasing: 'maybe' };
  return last === (format !== 0n) ? same(self) : copied;
}

/** The element type that `to` and its kin ask for. */
export function targetType(args: RuleArguments): DataType | undefined {
  return args.has('other') ? args.tensor('other').dtype : args.dtype('dtype');
}

function unfolded(args: RuleArguments, self: TensorInfo): View {
  const [size, step] = [args.number('size'), args.number('step')];
  // A scalar is one window.
  if (self.shape.length === 0) return viewed(self, [size]);
  const axis = axisOf(args.number('dimension'), self.shape.length);
  const count = add(floorDivide(subtract(sizeAt(self.shape, axis), size), step), 1);
  if (typeof count === 'number' && count <= 0)
    mismatch(`windows of ${size} on an axis of ${sizeText(self.shape[axis])}`);
  const stride = self.strides?.[axis];
  const strides = self.strides && [...self.strides.map((old, k) => (k === axis ? multiply(old, step) : old)), stride];
  const shape = [...self.shape.map((old, k) => (k === axis ? count : old)), size];
  return { aliasing: 'view', info: { ...self, shape, strides }, offset: 0, step: { kind: 'opaque' } };
}

function unflattened(args: RuleArguments, self: TensorInfo): View {
  const axis = axisOf(args.number('dim'), self.shape.length);
  const sizes = inferSize(args.dims('sizes'), sizeAt(self.shape, axis));
  return viewed(self, [...self.shape.slice(0, axis), ...sizes, ...self.shape.slice(axis + 1)]);
}

function squeezed(args: RuleArguments, self: TensorInfo): View {
  const dim = args.get('dim');
  if (dim === undefined) return without(self, new Set(self.shape.keys()));
  const axes = typeof dim === 'bigint' ? [Number(dim)] : args.numbers('dim');
  return without(self, new Set(axes.map((axis) => axisOf(axis, self.shape.length))));
}

/** The input itself unless it trains: an active dropout makes a new tensor. */
function dropout(args: RuleArguments, self: TensorInfo): View {
  if (!args.bool('train') || args.float('p') === 0) return same(self);
  return {
    aliasing: 'copy',
    info: { ...self, strides: preservedStrides(self.shape, self.strides) },
    offset: 0,
    step: { kind: 'opaque' },
  };
}

/** As real and imaginary parts side by side, and back. */
function complexParts(self: TensorInfo, toReal: boolean): View {
  const [single, double]: [DataType, DataType] = toReal ? ['float32', 'float64'] : ['complex64', 'complex128'];
  const wide = self.dtype === 'complex128' || self.dtype === 'float64';
  const strides = toReal
    ? self.strides && [...self.strides.map((stride) => multiply(2, stride)), 1]
    : self.strides?.slice(0, -1).map((stride) => floorDivide(stride, 2));
  const shape = toReal ? [...self.shape, 2] : self.shape.slice(0, -1);
  return {
    aliasing: 'view',
    info: { dtype: wide ? double : single, shape, strides },
    offset: 0,
    step: { kind: 'opaque' },
  };
}

function isComplex({ dtype }: TensorInfo): boolean {
  return dtype.startsWith('complex');
}

/** `conj` shares memory, with a bit that says so: what a write through it leaves is not modelled. */
function conjugated(self: TensorInfo): View {
  return { ...same(self), aliasing: 'copy', step: { kind: 'opaque' } };
}

/** The real parts (0) or the imaginary ones (1): every second number of the memory. */
function onePart(self: TensorInfo, part: number): View {
  const { aliasing, step, info } = complexParts(self, true);
  return { aliasing, step, offset: part, info: { ...info, shape: self.shape, strides: info.strides?.slice(0, -1) } };
}

const byType =
  (rule: (args: RuleArguments, self: TensorInfo) => View): ViewRule =>
  (args, self) => {
    if (args.schema.overload !== 'dtype') return [rule(args, self)];
    const dtype = args.dtype('dtype') ?? self.dtype;
    if (dtype === self.dtype) return [same(self)];
    return [{ aliasing: 'view', info: { ...self, dtype }, offset: 0, step: { kind: 'opaque' } }];
  };

const atLeast = (rank: number): ViewRule =>
  one((_, self) => {
    if (self.shape.length >= rank) return same(self);
    if (rank === 3 && self.shape.length === 2) return unsqueezed(self, 2);
    if (rank === 3 && self.shape.length === 1) return viewed(self, [1, ...self.shape, 1]);
    return viewed(self, [...Array<number>(rank - self.shape.length).fill(1), ...self.shape]);
  });

const RULES: Readonly<Record<string, ViewRule>> = {
  view: byType((args, self) => viewed(self, args.dims('size'))),
  _unsafe_view: one((args, self) => viewed(self, args.dims('size'))),
  _reshape_alias: one((args, self) => viewed(self, args.dims('size'))),
  reshape: one((args, self) => reshaped(self, args.dims('shape'))),
  view_as: one((args, self) => viewed(self, args.tensor('other').shape)),
  reshape_as: one((args, self) => reshaped(self, args.tensor('other').shape)),
  flatten: one((args, self) => flattened(self, args.number('start_dim'), args.number('end_dim'))),
  unflatten: one(unflattened),
  ravel: one((_, self) => ravelled(self)),
  squeeze: one(squeezed),
  unsqueeze: one((args, self) => unsqueezed(self, args.number('dim'))),
  ...aliases(
    ['expand', 'broadcast_to'],
    one((args, self) => expanded(self, args.dims('size'))),
  ),
  expand_as: one((args, self) => expanded(self, args.tensor('other').shape)),
  permute: one((args, self) => permuted(self, args.numbers('dims'))),
  transpose: one((args, self) => swapped(self, args.number('dim0'), args.number('dim1'))),
  swapdims: one((args, self) => swapped(self, args.number('dim0'), args.number('dim1'))),
  swapaxes: one((args, self) => swapped(self, args.number('axis0'), args.number('axis1'))),
  t: one((_, self) => (self.shape.length < 2 ? permuted(self, [...self.shape.keys()]) : swapped(self, 0, 1))),
  numpy_T: one((_, self) => permuted(self, [...self.shape.keys()].reverse())),
  // Of real numbers the conjugate is no change.
  adjoint: one((_, self) => (self.shape.length === 0 ? same(self) : swapped(self, -2, -1))),
  mT: one((_, self) => (self.shape.length === 0 ? same(self) : swapped(self, -2, -1))),
  ...aliases(['movedim', 'moveaxis'], one(movedim)),
  select: one((args, self) => selected(self, args.number('dim'), args.dim('index'))),
  slice: one((args, self, counted) =>
    sliced(self, args.number('dim'), args.optionalDim('start'), args.optionalDim('end'), args.dim('step'), counted),
  ),
  narrow: one((args, self) => narrowed(self, args.number('dim'), args.dim('start'), args.dim('length'))),
  ...aliases(['diagonal', 'linalg_diagonal'], one(diagonal)),
  // The diagonal of a matrix is a view; a matrix of a diagonal is new.
  diag: one((args, self) => {
    const offset = args.number('diagonal');
    if (self.shape.length === 2) {
      const { info, ...view } = diagonalOf(self, offset, 0, 1);
      return { ...view, aliasing: 'copy', info: fresh(info.dtype, info.shape) };
    }
    const side = add(sizeAt(self.shape, 0), Math.abs(offset));
    return { aliasing: 'copy', info: fresh(self.dtype, [side, side]), offset: 0, step: { kind: 'opaque' } };
  }),
  unfold: one(unfolded),
  unbind: (args, self) => {
    const dim = axisOf(args.number('dim'), self.shape.length);
    return Array.from({ length: numberOf(sizeAt(self.shape, dim), 'the axis that it takes apart') }, (_, k) =>
      selected(self, dim, k),
    );
  },
  ...aliases(['split', 'split_with_sizes', 'unsafe_split', 'unsafe_split_with_sizes'], split),
  ...aliases(['chunk', 'unsafe_chunk'], chunk),
  tensor_split: tensorSplit,
  hsplit: (args, self) => splitAlong(args, self, self.shape.length === 1 ? 0 : 1),
  vsplit: (args, self) => splitAlong(args, self, 0),
  dsplit: (args, self) => splitAlong(args, self, 2),
  ...aliases(
    ['alias', 'detach', 'data'],
    one((_, self) => ({ ...same(self), aliasing: 'view' })),
  ),
  ...aliases(
    ['lift', 'lift_fresh', 'resolve_conj', 'resolve_neg', 'positive'],
    one((_, self) => same(self)),
  ),
  // Where memory is does not matter.
  ...aliases(
    ['cpu', 'cuda'],
    one((_, self) => same(self)),
  ),
  contiguous: one(contiguous),
  ...aliases(['to', 'type_as'], one(converted)),
  ...aliases(['dropout', 'feature_dropout', 'alpha_dropout', 'feature_alpha_dropout'], one(dropout)),
  // Of real numbers it is the tensor itself.
  ...aliases(
    ['conj', '_conj'],
    one((_, self) => (isComplex(self) ? { ...conjugated(self), aliasing: 'view' } : same(self))),
  ),
  conj_physical: one((_, self) => (isComplex(self) ? conjugated(self) : same(self))),
  real: one((_, self) => (isComplex(self) ? onePart(self, 0) : same(self))),
  imag: one((_, self) => (isComplex(self) ? onePart(self, 1) : mismatch('real numbers have no imaginary part'))),
  view_as_real: one((_, self) => complexParts(self, true)),
  view_as_complex: one((_, self) => complexParts(self, false)),
  atleast_1d: atLeast(1),
  atleast_2d: atLeast(2),
  atleast_3d: atLeast(3),
};

function aliases(names: readonly string[], rule: ViewRule): Record<string, ViewRule> {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

const rules = new Map(Object.entries(RULES));

/** The names of all operators that may give views. */
export const VIEW_NAMES: ReadonlySet<string> = new Set(rules.keys());

/** The rule of a view operator; `slice_copy` and its kin are the same with new memory. Undefined for other operators. */
export function viewRuleFor(name: string): ViewRule | undefined {
  const rule = rules.get(name);
  if (rule || !name.endsWith('_copy')) return rule;
  const base = rules.get(name.slice(0, -'_copy'.length));
  if (!base) return undefined;
  return (args, self, counted) =>
    base(args, self, counted).map((view) => ({
      ...view,
      aliasing: 'copy',
      info: { ...view.info, strides: undefined },
    }));
}
