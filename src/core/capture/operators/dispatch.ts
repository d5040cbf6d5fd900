/** One operator call of a program, whatever it came from: custom, on plain values, a question about a tensor, or a tensor operator. */
import type { CustomOperators } from '../../custom/definition.ts';
import { QUANTIZED_DECOMPOSED } from '../../dialects/aten/quantized.ts';
import { callDecomposed } from '../exported/quantized-decomposed.ts';
import type { Recorder } from '../recorder.ts';
import { forEachOption } from '../regions/selected.ts';
import { callOnOpenList } from '../values/open-lists.ts';
import { RaisedError } from '../values/plain-values.ts';
import type { TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  DictValue,
  isScalarValue,
  isTensor,
  isUnknown,
  itemsOf,
  ListValue,
  OptionalValue,
  SelectedValue,
  UNKNOWN,
  UnmergedValue,
} from '../values/values.ts';
import { callBuiltin, keepsUnknown } from './builtins.ts';
import { compose } from './compositions.ts';
import { callCustom } from './custom.ts';
import { numberAdvice } from './number-advice.ts';
import { openPieces } from './open-pieces.ts';
import type { Operators } from './operators.ts';
import { holdsQuantized, prepack } from './quantized.ts';
import { callQuantized } from './quantized-operators.ts';
import { asNumber, isQuery, numberTypeOf, query, TO_NUMBER } from './queries.ts';
import type { RecordedResults } from './recording.ts';
import { fillWithScalar } from './scalar-fills.ts';
import { callOnNumbers, callOnScalars } from './scalar-operators.ts';

export type Keywords = ReadonlyMap<string, CapturedValue>;
export const NO_KEYWORDS: Keywords = new Map();

export interface OperatorCall {
  readonly namespace: string;
  readonly name: string;
  /** The overload that the file names; undefined where it follows from the arguments. */
  readonly overload?: string;
  readonly args: readonly CapturedValue[];
  readonly keywords: Keywords;
  /** What the file records of the results. */
  readonly recorded?: RecordedResults | undefined;
}

/** Operators without a result or effect on values. */
const SILENT = new Set([
  'Print',
  'warn',
  'manual_seed',
  'set_grad_enabled',
  '_set_grad_enabled',
  'record_function',
  '_assert_async',
  '_assert_scalar',
  '_assert_tensor_metadata',
  'sym_constrain_range',
  'sym_constrain_range_for_size',
]);

/** Methods that take a value as it is. */
const KEEPS_SELECTED = new Set(['append', 'insert', 'Print', 'unchecked_unwrap_optional', '_unwrap_optional']);

function refuseSelectedKey(operators: Operators, operator: string): CapturedValue {
  const reason = 'the key or the item is one of several texts or enums';
  operators.recorder.report('data-dependent', { operator }, { reason });
  operators.recorder.incomplete = true;
  return UNKNOWN;
}

/** Methods that change the list or dict that they are called on. */
const CHANGING = new Set([
  ...['append', 'extend', 'insert', 'pop', 'popitem', 'remove', 'reverse', 'sort', 'clear', 'add_'],
  ...['_set_item', 'Delete', 'update', 'setdefault'],
]);

function changesShared(operators: Operators, name: string, container: CapturedValue | undefined): boolean {
  const changed = container instanceof ListValue || container instanceof DictValue;
  return changed && CHANGING.has(name) && operators.aliases.isShared(container);
}

/** Runs a call at the recorder's place. Throws ProgramError where the program itself would raise. */
export function dispatch(operators: Operators, customOps: CustomOperators, call: OperatorCall): CapturedValue {
  const { namespace, name, args, keywords, recorded } = call;
  for (const value of [...args, ...keywords.values()])
    reportUnmerged(operators.recorder, value, `${namespace}::${name}`);
  const selected = args.findIndex((arg) => arg instanceof SelectedValue);
  const option = args[selected];
  if (option instanceof SelectedValue && !KEEPS_SELECTED.has(name)) {
    if (CHANGING.has(name)) return refuseSelectedKey(operators, `${namespace}::${name}`);
    const withOption = (each: CapturedValue) => args.map((arg, k) => (k === selected ? each : arg));
    return forEachOption(operators, option, (each) =>
      dispatch(operators, customOps, { ...call, args: withOption(each) }),
    );
  }
  const definition = customOps.forOperator(`${namespace}::${name}`);
  if (definition) return callCustom(operators, definition, args, keywords, recorded);
  const inPlace = inPlaceDefinition(customOps, call);
  if (inPlace) {
    const [target] = args;
    const result = callCustom(operators, inPlace, args, keywords, recorded);
    if (isTensor(target) && isTensor(result)) operators.memory.write(target, operators.read(result), `aten::${name}`);
    return target ?? UNKNOWN;
  }
  const generic = { positional: args, keywords };
  const among = name === '__contains__' ? itemsOf(args[0]) : undefined;
  if (among && args[1] !== undefined && [args[1], ...among].some(isScalarValue))
    return containsScalar(operators, among, args[1]);
  const packed = namespace === 'quantized' ? prepack(operators, name, args, keywords) : undefined;
  if (packed) return packed;
  const quantized =
    namespace === QUANTIZED_DECOMPOSED
      ? callDecomposed(operators, name, keywords)
      : callQuantized(operators, namespace, name, args, keywords);
  if (quantized !== undefined) return quantized;
  if (args.some(holdsQuantized)) {
    const dtype = 'quantised tensors';
    operators.recorder.report('dtype-not-taken', { operator: `${namespace}::${name}` }, { target: 'Capture', dtype });
    return UNKNOWN;
  }
  if (namespace !== 'aten' && namespace !== 'prim')
    return operators.unknownOperator(namespace, name, generic, recorded);
  if (SILENT.has(name)) return null;
  const tensors = args.some(holdsTensor) || [...keywords.values()].some(holdsTensor);
  if (!tensors && args.some(isUnknown) && !keepsUnknown(name)) return UNKNOWN;
  if (changesShared(operators, name, args[0])) {
    const reason = 'whether they are one list, dict or object follows from a way taken that only a run knows';
    operators.recorder.report('alias-write', { operator: `${namespace}::${name}` }, { reason });
    operators.recorder.incomplete = true;
    return UNKNOWN;
  }
  const listed = callOnOpenList(operators, name, args);
  if (listed !== undefined) return listed;
  const pieces = recorded ? undefined : openPieces(operators, name, args, keywords);
  if (pieces) return pieces;
  if (args.some((arg) => arg instanceof ListValue && arg.grown)) {
    const reason = 'it is called on a list whose length is only known in a run';
    operators.recorder.report('data-dependent', { operator: `${namespace}::${name}` }, { reason });
    return UNKNOWN;
  }
  const optional = callOnOptional(operators, name, args);
  if (optional !== undefined) return optional;
  const computed = callOnScalars(operators, name, args);
  if (computed !== undefined) return computed;
  const built = callBuiltin(name, args, keywords);
  if (built !== undefined) return built;
  const self = args[0] ?? keywords.get('self');
  if (isTensor(self) && isQuery(name))
    return query(name, self.info, [...args.slice(1), ...(keywords.has('dim') ? [keywords.get('dim') ?? null] : [])]);
  if (isTensor(self) && TO_NUMBER.has(name)) return numberOf(operators, name, self);
  const composed = fillWithScalar(operators, name, args, keywords) ?? compose(operators, name, args, keywords);
  if (composed !== undefined) return composed;
  if (name === 'RaiseException') throw new RaisedError(typeof self === 'string' ? self : 'an exception');
  // `x.data` is x without its history.
  if (namespace === 'prim' && name === 'data') return operators.call('detach', generic);
  if (namespace === 'prim') return operators.unknownOperator(namespace, name, generic);
  if (call.overload !== undefined) return operators.callOverload(name, call.overload, generic, recorded);
  return operators.call(name, generic, recorded);
}

/** `relu_` writes what the definition of `aten::relu` gives: PyTorch names its operators so. */
function inPlaceDefinition(customOps: CustomOperators, { namespace, name }: OperatorCall) {
  const found = namespace === 'aten' ? /^(\w*[^_])_$/.exec(name) : undefined;
  return found ? customOps.forOperator(`aten::${found[1]}`) : undefined;
}

/** The number that a tensor of one element holds; unknown where nothing is known of the tensor. */
export function numberOf(operators: Operators, name: string, tensor: TensorValue): CapturedValue {
  const known = tensor.element;
  if (known !== undefined) return asNumber(name, known);
  return tensor.info ? operators.scalars.ofTensor(numberTypeOf(name, tensor.info.dtype), tensor) : UNKNOWN;
}

/** Says what kept a value from being known, where it is used. */
export function reportUnmerged(recorder: Recorder, value: CapturedValue, operator: string): void {
  if (value instanceof UnmergedValue) {
    recorder.incomplete = true;
    const advice = numberAdvice(recorder, [recorder.deciding.get(value.place)]);
    const reason = `a value is one of ${value.reason}, by a condition or a loop whose course is only known in a run${advice}`;
    recorder.report('data-dependent', { operator, place: value.place }, { reason }, value);
  }
  for (const item of itemsOf(value) ?? []) reportUnmerged(recorder, item, operator);
}

/** Questions whether a value is None where only a run knows. */
function callOnOptional(operators: Operators, name: string, args: readonly CapturedValue[]): CapturedValue | undefined {
  const optional = args.find((arg) => arg instanceof OptionalValue);
  if (!(optional instanceof OptionalValue)) return undefined;
  if (name === 'unchecked_unwrap_optional' || name === '_unwrap_optional') return optional.item;
  if (!args.includes(null)) return undefined;
  if (name === '__isnot__' || name === 'ne') return optional.present;
  return name === '__is__' || name === 'eq' ? callOnScalars(operators, '__not__', [optional.present]) : undefined;
}

/** Whether a number that only a run knows is one of several. */
function containsScalar(operators: Operators, items: readonly CapturedValue[], item: CapturedValue): CapturedValue {
  let found: CapturedValue = false;
  for (const each of items) {
    const same: CapturedValue = callOnNumbers(operators, 'eq', [item, each]) ?? UNKNOWN;
    if (same === true || isUnknown(same)) return same;
    if (same !== false) found = found === false ? same : (callOnScalars(operators, '__or__', [found, same]) ?? UNKNOWN);
  }
  return found;
}

function holdsTensor(value: CapturedValue): boolean {
  return isTensor(value) || (itemsOf(value)?.some(holdsTensor) ?? false);
}
