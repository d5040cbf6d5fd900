/** Operators that are nothing but several others, and those that make tensors out of plain values. */
import { isScalar } from '../../dialects/aten/arguments.ts';
import { DEFAULT_FLOAT } from '../../dialects/aten/promotion.ts';
import { broadcast, fresh } from '../../dialects/aten/rule.ts';
import { dtypeOf } from '../../dialects/aten/scalar-types.ts';
import type { DataType } from '../../ir/dtype.ts';
import { Tensor } from '../../ir/tensor.ts';
import { converted, numberType, ScalarValue } from '../values/scalars.ts';
import { sizeOf, sizesOf } from '../values/sizes.ts';
import { Storage, TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  DeviceValue,
  isScalarValue,
  isTensor,
  itemsOf,
  ListValue,
  UNKNOWN,
} from '../values/values.ts';
import type { Operators } from './operators.ts';
import { asStrided } from './strided.ts';

type Keywords = ReadonlyMap<string, CapturedValue>;
type Composition = (
  operators: Operators,
  args: readonly CapturedValue[],
  keywords: Keywords,
) => CapturedValue | undefined;

const NO_KEYWORDS: Keywords = new Map();

const COMPOSITIONS: Readonly<Record<string, Composition>> = {
  NumToTensor: (operators, [value = null]) => {
    if (typeof value === 'bigint') return operators.knownTensor(value, 'int64');
    if (typeof value === 'number') return operators.knownTensor(value, 'float64');
    if (typeof value === 'boolean') return operators.knownTensor(value, 'bool');
    return isScalarValue(value) ? operators.scalars.tensorOf(value) : undefined;
  },
  ...Object.fromEntries(
    ['tensor', 'as_tensor', '_list_to_tensor'].map((name): [string, Composition] => [name, fromValues]),
  ),
  device: (_, [name]) => (typeof name === 'string' ? new DeviceValue(name) : undefined),
  // The default values of a fresh PyTorch in inference.
  is_grad_enabled: () => false,
  is_autocast_enabled: () => false,
  is_autocast_cpu_enabled: () => false,
  is_scripting: () => true,
  get_num_threads: () => 1n,
  // `padding='same'` of a trace.
  _convolution_mode: (operators, args, keywords) => {
    const [input] = args;
    const rank = isTensor(input) ? input.shape?.length : undefined;
    return rank === undefined ? undefined : operators.call(`conv${rank - 2}d`, { positional: args, keywords });
  },
  as_strided: asStrided,
  // With running statistics its schema writes them, which it does in training only.
  _native_batch_norm_legit: (operators, args, keywords) => {
    if (args.length !== 8 || args[5] !== false) return undefined;
    const positional = args.filter((_, k) => k !== 5);
    return operators.call('_native_batch_norm_legit_no_training', { positional, keywords });
  },
  broadcast_tensors: (operators, [tensors]) => {
    const items = (itemsOf(tensors) ?? []).filter(isTensor);
    const shapes = items.map((item) => item.info?.shape);
    if (shapes.some((shape) => shape === undefined)) return UNKNOWN;
    const shape = sizesOf(broadcast(...shapes.flatMap((each) => (each ? [each] : []))));
    return new ListValue(
      items.map((item) => operators.call('expand', { positional: [item, shape], keywords: NO_KEYWORDS })),
    );
  },
  meshgrid: (operators, [tensors, indexing], keywords) => {
    const items = (itemsOf(tensors) ?? []).filter(isTensor);
    const sizes = items.map((item) =>
      item.info ? sizeOf(item.info.shape.length > 0 ? item.info.shape[0] : 1) : UNKNOWN,
    );
    if (sizes.includes(UNKNOWN)) return UNKNOWN;
    const columns = (indexing ?? keywords.get('indexing')) === 'xy' && items.length > 1;
    const order = items.map((_, k) => (columns && k < 2 ? 1 - k : k));
    const size = new ListValue(order.map((k) => sizes[k] ?? 1n));
    const grids = items.map((item, k) => {
      const shape = new ListValue(order.map((axis) => (axis === k ? -1n : 1n)));
      const viewed = operators.call('view', { positional: [item, shape], keywords: NO_KEYWORDS });
      return operators.call('expand', { positional: [viewed, size], keywords: NO_KEYWORDS });
    });
    return new ListValue(grids);
  },
};

/** The names of all operators that are written as others. */
export const COMPOSED: ReadonlySet<string> = new Set(Object.keys(COMPOSITIONS));

/** The result; undefined where the operator is none of these. */
export function compose(
  operators: Operators,
  name: string,
  args: readonly CapturedValue[],
  keywords: Keywords,
): CapturedValue | undefined {
  return Object.hasOwn(COMPOSITIONS, name) ? COMPOSITIONS[name]?.(operators, args, keywords) : undefined;
}

/** `torch.tensor(data, dtype=...)` of numbers and nested lists of them. */
function fromValues(
  operators: Operators,
  [data = null, given]: readonly CapturedValue[],
  keywords: Keywords,
): CapturedValue | undefined {
  if (isTensor(data)) return undefined;
  const shape: number[] = [];
  const numbers: (bigint | number | boolean | ScalarValue)[] = [];
  for (let at: CapturedValue | undefined = data; itemsOf(at) !== undefined; at = itemsOf(at)?.[0])
    shape.push(itemsOf(at)?.length ?? 0);
  if (!collect(data, numbers) || numbers.length !== shape.reduce((a, b) => a * b, 1)) return UNKNOWN;
  const wanted = keywords.get('dtype') ?? given;
  const dtype = (typeof wanted === 'bigint' ? dtypeOf(wanted) : undefined) ?? typeOf(numbers);
  if (!numbers.every(isScalar)) return stacked(operators, numbers, shape, dtype);
  const [only] = numbers;
  if (shape.length === 0 && only !== undefined) return operators.knownTensor(converted(dtype, only), dtype);
  const constant = Tensor.of(
    dtype,
    shape,
    numbers.map((value) => converted(dtype, value)),
  );
  const storage = new Storage(() =>
    operators.recorder.graph.addInitializer({ name: operators.recorder.unique('constant'), constant }),
  );
  return new TensorValue(storage, fresh(dtype, shape));
}

/** A tensor of numbers of which a run alone knows some. */
function stacked(
  operators: Operators,
  numbers: readonly (bigint | number | boolean | ScalarValue)[],
  shape: readonly number[],
  dtype: DataType,
): CapturedValue {
  const tensors = numbers.map((each) => operators.scalars.as(operators.scalars.tensorOf(each), dtype));
  const [only] = tensors;
  if (shape.length === 0) return only ?? UNKNOWN;
  const flat = operators.tensorCall('stack', [new ListValue(tensors)]);
  return shape.length === 1 ? flat : operators.tensorCall('reshape', [flat, new ListValue(shape.map(BigInt))]);
}

function collect(value: CapturedValue, into: (bigint | number | boolean | ScalarValue)[]): boolean {
  const items = itemsOf(value);
  if (items) return items.every((item) => collect(item, into));
  if (
    !(value instanceof ScalarValue) &&
    typeof value !== 'bigint' &&
    typeof value !== 'number' &&
    typeof value !== 'boolean'
  )
    return false;
  into.push(value);
  return true;
}

function typeOf(numbers: readonly (bigint | number | boolean | ScalarValue)[]): DataType {
  const types = numbers.map(numberType);
  if (types.includes('float') || numbers.length === 0) return DEFAULT_FLOAT;
  return types.includes('int') ? 'int64' : 'bool';
}
