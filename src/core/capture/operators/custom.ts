/** Custom operators of graphwright.ops.json in a program: an operator or a whole module becomes one node. */
import { type CustomOperator, outputTypes } from '../../custom/definition.ts';
import { type CallArgument, fitCall } from '../../custom/fit.ts';
import { liveOperator, liveOperatorOf } from '../../custom/live.ts';
import { resolveOverload } from '../../dialects/aten/resolve.ts';
import { fresh, type TensorInfo } from '../../dialects/aten/rule.ts';
import type { SchemaDefault } from '../../dialects/aten/schema.ts';
import { isPlacement } from '../../dialects/aten/schemas.ts';
import { strings } from '../../ir/attribute.ts';
import { Expression } from '../../ir/expression.ts';
import type { Node } from '../../ir/node.ts';
import type { Scope } from '../../ir/origin.ts';
import { type Dim, sameShape } from '../../ir/shape.ts';
import { typeText, type ValueType } from '../../ir/type.ts';
import { typeOf } from '../recorder.ts';
import type { TensorValue } from '../values/tensor.ts';
import { type CapturedValue, isTensor, itemsOf, TupleValue } from '../values/values.ts';
import { kindOf, plainAttribute } from './bind.ts';
import type { Operators } from './operators.ts';
import type { RecordedResults } from './recording.ts';

type Keywords = ReadonlyMap<string, CapturedValue>;
type Argument = CallArgument<TensorValue>;

/** A call of an operator that a definition stands for, as one node. What does not fit the definition is reported. */
export function callCustom(
  operators: Operators,
  definition: CustomOperator,
  args: readonly CapturedValue[],
  keywords: Keywords,
  recorded?: RecordedResults,
): CapturedValue {
  const given = liveArguments(definition, args, keywords) ??
    schemaArguments(definition, args, keywords) ?? [
      ...args.map((value, k) => argument(undefined, value, k)),
      ...[...keywords].map(([name, value], k) => argument(name, value, k)),
    ];
  return recordCustom(operators, definition, given, recorded).result;
}

/**
 * A call that live capture recorded has every input of its entry, then every attribute, also where the file names none. Lists of
 * texts are JSON there, since a trace takes none.
 */
function liveArguments(
  definition: CustomOperator,
  args: readonly CapturedValue[],
  keywords: Keywords,
): Argument[] | undefined {
  const names = [...definition.inputs, ...definition.attributes].map(({ name }) => name);
  if (liveOperatorOf(definition.standsFor) === undefined || names.length !== args.length + keywords.size)
    return undefined;
  const texts = new Set(definition.attributes.filter(({ type }) => type === 'strings').map(({ name }) => name));
  const named = [...args.map((value, k) => [names[k] ?? '', value] as const), ...keywords];
  return named.map(([name, value], k) => {
    const list = texts.has(name) && typeof value === 'string' ? textsOf(value) : undefined;
    if (!list) return argument(name, value, k);
    return { name, content: { kind: 'attribute', attribute: strings(list) } };
  });
}

function textsOf(json: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}

/** A call of an operator of PyTorch's own: its schema names the arguments, and says which have their defaults. */
function schemaArguments(
  definition: CustomOperator,
  positional: readonly CapturedValue[],
  keywords: Keywords,
): Argument[] | undefined {
  const { standsFor } = definition;
  const name = standsFor.kind === 'operator' && /^aten::(\w+)$/.exec(standsFor.operator)?.[1];
  if (!name) return undefined;
  const kinds = {
    positional: positional.map(kindOf),
    keywords: new Map([...keywords].map(([k, v]) => [k, kindOf(v)])),
  };
  const schema = resolveOverload(name, kinds);
  if (!schema) return undefined;
  let next = 0;
  return schema.arguments.flatMap((wanted, k) => {
    const keyword = keywords.get(wanted.name);
    const value = keyword !== undefined || wanted.keywordOnly ? keyword : positional[next++];
    if (value === undefined || isPlacement(wanted)) return [];
    const made = argument(wanted.name, value, k);
    if (made.content.kind !== 'attribute') return [made];
    return [{ ...made, content: { ...made.content, usual: isDefault(value, wanted.default) } }];
  });
}

function isDefault(value: CapturedValue, usual: SchemaDefault | undefined): boolean {
  const items = itemsOf(value);
  return String(items ?? value) === String(usual);
}

function argument(name: string | undefined, value: CapturedValue, position: number): Argument {
  return { name, content: contentOf(value, name ?? `argument ${position}`) };
}

function contentOf(value: CapturedValue, what: string): Argument['content'] {
  if (value === null) return { kind: 'none' };
  if (isTensor(value)) return { kind: 'tensors', tensors: [value] };
  const items = itemsOf(value);
  if (items?.some(isTensor) && items.every((item) => item === null || isTensor(item)))
    return { kind: 'tensors', tensors: items.map((item) => item ?? undefined) };
  const attribute = plainAttribute(value);
  return attribute ? { kind: 'attribute', attribute } : { kind: 'other', what };
}

/** A call of a module that a definition stands for. */
export interface ModuleCall {
  readonly args: readonly CapturedValue[];
  /** Parameters and buffers with their paths within the module, joined by `_`. */
  readonly parameters: readonly (readonly [name: string, value: CapturedValue])[];
  /** The modules around it, itself last. */
  readonly scope: Scope;
  readonly recorded?: RecordedResults;
  /** Whether the file leaves open in which order the module takes its tensors. */
  readonly orderUnknown?: boolean;
}

/**
 * The arguments of the call come first, then the module's parameters and buffers by name; those without an input of their
 * name fill what is left, in order.
 */
export function callCustomModule(operators: Operators, definition: CustomOperator, call: ModuleCall): CapturedValue {
  const { recorder } = operators;
  const { place } = recorder;
  recorder.place = { scope: call.scope, origin: () => place.origin() };
  const given = call.args.map((value, k) => argument(undefined, value, k));
  const count = given.reduce((sum, { content }) => sum + (content.kind === 'tensors' ? content.tensors.length : 0), 0);
  const wanted = new Set(definition.inputs.map((input) => input.name));
  const named = call.parameters.filter(([name]) => wanted.has(name));
  const others = call.parameters.filter(([name]) => !wanted.has(name));
  const room = Math.max(definition.inputs.length - count - named.length, 0);
  const taken = [...named, ...others.slice(0, room)].map(([name, value], k) => argument(name, value, k));
  const { node, result } = recordCustom(operators, definition, [...given, ...taken], call.recorded);
  const details = { operator: call.scope.at(-1)?.type ?? definition.name, entry: placeOf(definition) };
  for (const [attribute] of others.slice(room)) recorder.report('parameter-left-out', node, { ...details, attribute });
  if (call.orderUnknown && count > 1) recorder.report('order-assumed', node, { ...details, count: String(count) });
  return result;
}

function recordCustom(
  operators: Operators,
  definition: CustomOperator,
  args: readonly Argument[],
  recorded: RecordedResults | undefined,
): { readonly node: Node; readonly result: CapturedValue } {
  const { inputs, attributes, misfits } = fitCall(definition, args);
  const types = outputTypes(
    definition,
    inputs.map((tensor) => tensor?.info && typeOf(tensor.info)),
    attributes,
  );
  const infos = types.map((type, k) => recorded?.[k] ?? infoOf(type));
  const { domain, op } = operatorOf(definition);
  const node = operators.recorder.record({
    domain,
    op,
    inputs: inputs.map((tensor) => tensor && operators.read(tensor)),
    attributes,
    outputs: infos,
  });
  // What follows from something unknown has been reported where that began.
  const known = args.every(
    ({ content }) => content.kind !== 'tensors' || content.tensors.every((each) => !each || each.info),
  );
  const missing = recorded ? [] : missingRules(definition);
  const clashes = known && misfits.length + missing.length === 0 ? typeMisfits(definition, types, recorded) : [];
  const reasons = [...misfits, ...missing, ...clashes];
  const entry = placeOf(definition);
  for (const reason of reasons) operators.recorder.report('custom-operator-mismatch', node, { entry, reason });
  const results = node.outputs.map((value, k) => operators.fresh(value, infos[k]));
  const [only] = results;
  return { node, result: results.length === 1 && only ? only : new TupleValue(results) };
}

/** Rules that an entry must have where the file records no types. */
function missingRules({ outputs }: CustomOperator): string[] {
  return outputs.flatMap(({ name, dtype, shape }) => {
    const missing = [...(dtype === undefined ? ['"dtype"'] : []), ...(shape === undefined ? ['"shape"'] : [])];
    if (missing.length === 0) return [];
    return `the file records no types, so the entry must say the ${missing.join(' and ')} of the output ${name}`;
  });
}

/** Where the rules of a definition contradict what the file records, or make no type. */
function typeMisfits(
  { outputs }: CustomOperator,
  types: readonly (ValueType | undefined)[],
  recorded: RecordedResults | undefined,
): string[] {
  if (recorded && recorded.length !== outputs.length)
    return [`the call gives ${recorded.length} results, and the entry has ${outputs.length} outputs`];
  return outputs.flatMap(({ name }, k) => {
    const [type, found] = [types[k], recorded?.[k]];
    const ruled = type?.kind === 'tensor' ? type : undefined;
    if (found) {
      const clash =
        (ruled && ruled.dtype !== found.dtype) || (ruled?.shape && sameShape(ruled.shape, found.shape) === false);
      return clash
        ? [`its rules make ${name} ${typeText(ruled)}, but the file records ${typeText(typeOf(found))}`]
        : [];
    }
    return ruled?.shape?.every(isSize)
      ? []
      : [`its rules make ${name} ${typeText(ruled)}, which is no type of a tensor`];
  });
}

function placeOf({ file, line }: CustomOperator): string {
  return `${file}:${line}`;
}

/** The name under which the node stands in the aten graph: that of the source, so that a problem leads back to it. */
function operatorOf(definition: CustomOperator): { domain: string; op: string } {
  const { standsFor } = definition;
  if (standsFor.kind === 'module' || standsFor.kind === 'layer')
    return { domain: definition.domain, op: definition.name };
  const operator = standsFor.kind === 'operator' ? standsFor.operator : liveOperator(standsFor.python);
  const [domain = '', op = ''] = operator.split('::');
  return { domain, op };
}

function infoOf(type: ValueType | undefined): TensorInfo | undefined {
  return type?.kind === 'tensor' && type.shape?.every(isSize) ? fresh(type.dtype, type.shape) : undefined;
}

/** A number, or an expression over sizes that stay open. */
function isSize(dim: Dim): boolean {
  return dim instanceof Expression || (typeof dim === 'number' && dim >= 0 && Number.isInteger(dim));
}
