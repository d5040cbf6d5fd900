/** Plain values that are one of several by the way taken: texts, enums, devices. What is made of them is made of each. */
import type { Operators } from '../operators/operators.ts';
import { callOnNumbers } from '../operators/scalar-operators.ts';
import { ProgramError, RaisedError } from '../values/plain-values.ts';
import { ScalarValue } from '../values/scalars.ts';
import { type CapturedValue, DeviceValue, EnumValue, SelectedValue, UNKNOWN } from '../values/values.ts';
import { choose } from './conditions.ts';
import { NO_WORLD } from './containers.ts';
import { isSame, leaf } from './patterns.ts';

/** What kind of plain value it is, where a run may select among several of them. */
export function selectable(value: CapturedValue): string | undefined {
  if (typeof value === 'string') return 'text';
  if (value instanceof EnumValue) return value.className;
  return value instanceof DeviceValue ? 'device' : undefined;
}

/** The options with more, each once. */
export function optionsWith(options: readonly CapturedValue[], more: readonly CapturedValue[]): CapturedValue[] {
  const all = [...options];
  for (const each of more) if (!all.some((known) => isSame(leaf(known), leaf(each)))) all.push(each);
  return all;
}

/** The place of a value among options. */
export function indexAmong(
  operators: Operators,
  value: CapturedValue | undefined,
  options: readonly CapturedValue[],
): ScalarValue | bigint {
  const place = (of: CapturedValue) =>
    BigInt(
      Math.max(
        options.findIndex((each) => isSame(leaf(each), leaf(of))),
        0,
      ),
    );
  if (!(value instanceof SelectedValue)) return value === undefined ? 0n : place(value);
  if (value.options.every((each, k) => place(each) === BigInt(k))) return value.index;
  const all = value.options.reduce<CapturedValue>((sum, each, k) => {
    const here = callOnNumbers(operators, 'eq', [value.index, BigInt(k)]) ?? UNKNOWN;
    const own = callOnNumbers(operators, 'mul', [callOnNumbers(operators, 'Int', [here]) ?? UNKNOWN, place(each)]);
    return callOnNumbers(operators, 'add', [sum, own ?? UNKNOWN]) ?? UNKNOWN;
  }, 0n);
  if (all instanceof ScalarValue || typeof all === 'bigint') return all;
  throw new Error('a place among options is no int');
}

/** What `make` gives for the option that a run selects. It changes no lists or dicts. */
export function forEachOption(
  operators: Operators,
  { index, options }: SelectedValue,
  make: (option: CapturedValue) => CapturedValue,
): CapturedValue {
  const from = (k: number): CapturedValue => {
    const own = () => made(options[k] ?? null, make);
    if (k + 1 >= options.length) return own();
    const here = callOnNumbers(operators, 'eq', [index, BigInt(k)]) ?? UNKNOWN;
    if (typeof here === 'boolean') return here ? own() : from(k + 1);
    return here instanceof ScalarValue ? choose(operators, here, [own, () => from(k + 1)], NO_WORLD) : UNKNOWN;
  };
  return from(0);
}

/** An option that the program fails on is one that no run selects, unless all are such. */
function made(option: CapturedValue, make: (option: CapturedValue) => CapturedValue): CapturedValue {
  try {
    return make(option);
  } catch (error) {
    if (error instanceof ProgramError && !(error instanceof RaisedError)) throw new RaisedError(error.message);
    throw error;
  }
}
