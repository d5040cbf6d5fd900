/** Operators that make tensors, and that convert between element types. Rules: ATen/native/TensorFactories.cpp, RangeFactories.cpp, TensorConversions.cpp. */
import type { DataType } from '../../../ir/dtype.ts';
import { Expression } from '../../../ir/expression.ts';
import { ceilDivide, type Dim, subtract } from '../../../ir/shape.ts';
import type { Scalar } from '../arguments.ts';
import { preservedStrides } from '../layout.ts';
import { DEFAULT_FLOAT, scalarType } from '../promotion.ts';
import {
  each,
  fresh,
  mismatch,
  type Rule,
  type RuleArguments,
  type RuleTable,
  type TensorInfo,
  undecided,
} from '../rule.ts';

function like(self: TensorInfo, dtype: DataType): TensorInfo {
  return { dtype, shape: self.shape, strides: preservedStrides(self.shape, self.strides) };
}

const sized: Rule = (args) => fresh(args.dtype('dtype') ?? DEFAULT_FLOAT, args.dims('size'));

const likeSelf: Rule = (args) => {
  const self = args.tensor('self');
  return like(self, args.dtype('dtype') ?? self.dtype);
};

const newSized: Rule = (args) => fresh(args.dtype('dtype') ?? args.tensor('self').dtype, args.dims('size'));

const full: Rule = (args) => {
  const value = args.scalar('fill_value');
  return fresh(args.dtype('dtype') ?? scalarType(value), args.dims('size'));
};

const arange: Rule = (args) => {
  const [start, end, step] = [
    args.optionalScalar('start') ?? 0n,
    args.scalar('end'),
    args.optionalScalar('step') ?? 1n,
  ];
  const given = [start, end, step];
  const dtype = args.dtype('dtype') ?? (given.every((value) => typeof value !== 'number') ? 'int64' : DEFAULT_FLOAT);
  // For int64 alone the bounds are cut off before they are counted.
  const whole = (value: Bound) => (typeof value === 'number' ? BigInt(Math.trunc(value)) : value);
  return fresh(dtype, [dtype === 'int64' ? countOf(whole(start), whole(end), whole(step)) : countOf(start, end, step)]);
};

type Bound = Scalar | Expression;

/** How many steps lead from `start` to before `end`. */
function countOf(start: Bound, end: Bound, step: Bound): Dim {
  const bounds = [start, end, step];
  const numbers = bounds.flatMap((each) => (each instanceof Expression ? [] : [each]));
  if (numbers.length === 3) return count(Number(start), Number(end), Number(step), numbers);
  const sign = Math.sign(Number(step));
  const whole = numbers.every((each) => Number.isSafeInteger(Number(each)));
  if (step instanceof Expression || !whole || sign === 0) return undecided(`arange from ${start} to ${end} by ${step}`);
  const [from, to] = [start, end].map((each) => (each instanceof Expression ? each : Number(each)));
  return ceilDivide(sign > 0 ? subtract(to, from) : subtract(from, to), Math.abs(Number(step)));
}

function count(start: number, end: number, step: number, numbers: readonly unknown[]): number {
  if (step === 0 || (end - start) * Math.sign(step) < 0) mismatch(`arange from ${start} to ${end} by ${step}`);
  if (numbers.every((value) => typeof value === 'bigint')) {
    const [from, to, by] = numbers.map((value) => BigInt(value as bigint));
    if (from !== undefined && to !== undefined && by !== undefined) {
      return Number((to - from + by - (by > 0n ? 1n : -1n)) / by);
    }
  }
  return Math.ceil((end - start) / step);
}

const steps: Rule = (args) => fresh(args.dtype('dtype') ?? DEFAULT_FLOAT, [args.dim('steps')]);

const cast =
  (dtype: DataType): Rule =>
  (args) =>
    like(args.tensor('self'), dtype);

const indices: Rule = (args) => {
  const [rows, columns, offset] = [args.number('row'), args.number('col'), args.number('offset')];
  let found = 0;
  for (let row = 0; row < rows; row++) {
    const below = Math.min(Math.max(row + offset + 1, 0), columns);
    found += args.schema.name === 'tril_indices' ? below : columns - Math.min(Math.max(row + offset, 0), columns);
  }
  return fresh(args.dtype('dtype') ?? 'int64', [2, found]);
};

/** A conversion that copies; the type comes from `dtype`, or from another tensor. */
const converted: Rule = (args: RuleArguments) => {
  const self = args.tensor('self');
  return like(self, args.optionalTensor('other')?.dtype ?? args.dtype('dtype') ?? self.dtype);
};

export const creations: RuleTable = {
  ...each('zeros ones empty rand randn', sized),
  ...each('zeros_like ones_like empty_like full_like rand_like randn_like randint_like', likeSelf),
  ...each('new_zeros new_ones new_empty new_full', newSized),
  full,
  ...each('randint', (args) => fresh(args.dtype('dtype') ?? 'int64', args.dims('size'))),
  randperm: (args) => fresh(args.dtype('dtype') ?? 'int64', [args.dim('n')]),
  ...each('copy zero', (args) => {
    const self = args.tensor('self');
    return like(self, self.dtype);
  }),
  scalar_tensor: (args) => fresh(args.dtype('dtype') ?? DEFAULT_FLOAT, []),
  ...each('arange range', arange),
  ...each('linspace logspace', steps),
  empty_permuted: (args) => {
    const layout = args.numbers('physical_layout');
    const size = args.dims('size');
    const rows = layout.every((axis, k) => axis === k);
    const info = fresh(args.dtype('dtype') ?? DEFAULT_FLOAT, size);
    return rows ? info : { ...info, strides: undefined };
  },
  empty_strided: (args) => ({
    dtype: args.dtype('dtype') ?? DEFAULT_FLOAT,
    shape: args.dims('size'),
    strides: args.dims('stride'),
  }),
  new_empty_strided: (args) => ({
    dtype: args.dtype('dtype') ?? args.tensor('self').dtype,
    shape: args.dims('size'),
    strides: args.dims('stride'),
  }),
  eye: (args) => {
    const rows = args.dim('n');
    return fresh(args.dtype('dtype') ?? DEFAULT_FLOAT, [rows, args.has('m') ? args.dim('m') : rows]);
  },
  ...each('tril_indices triu_indices', indices),
  ...each('hann_window hamming_window blackman_window bartlett_window kaiser_window', (args) =>
    fresh(args.dtype('dtype') ?? DEFAULT_FLOAT, [args.dim('window_length')]),
  ),
  ...each('clone to _to_copy type_as lift_fresh_copy detach_copy alias_copy', converted),
  ...each('bernoulli', likeSelf),
  _cast_Byte: cast('uint8'),
  _cast_Char: cast('int8'),
  _cast_Double: cast('float64'),
  _cast_Float: cast('float32'),
  _cast_Half: cast('float16'),
  _cast_Int: cast('int32'),
  _cast_Long: cast('int64'),
  _cast_Short: cast('int16'),
  _shape_as_tensor: (args) => fresh('int64', [args.tensor('self').shape.length]),
};
