/** Custom operators of graphwright.ops.json in a program: an operator or a whole module becomes one node. */
import { type CustomOperator, outputTypes } from '../custom/definition.ts';
import { fresh, type TensorInfo } from '../dialects/aten/rule.ts';
import type { Attribute } from '../ir/attribute.ts';
import type { Scope } from '../ir/origin.ts';
import { isStatic } from '../ir/shape.ts';
import type { ValueType } from '../ir/type.ts';
import { plainAttribute } from './bind.ts';
import type { RecordedResults } from './functional.ts';
import type { Operators } from './operators.ts';
import { typeOf } from './recorder.ts';
import type { TensorValue } from './tensor.ts';
import { type CapturedValue, flatTensors, TupleValue, UNKNOWN } from './values.ts';

type Keywords = ReadonlyMap<string, CapturedValue>;

/**
 * A call of an operator that a definition stands for: its tensors are the node's inputs in order, its other arguments
 * the attributes of the definition, by name where the source names them and the definition knows the name, else in order.
 */
export function callCustom(
  operators: Operators,
  definition: CustomOperator,
  args: readonly CapturedValue[],
  keywords: Keywords,
  recorded?: RecordedResults,
): CapturedValue {
  const tensors: TensorValue[] = [];
  const plain: { readonly name: string | undefined; readonly value: CapturedValue }[] = [];
  for (const [name, value] of [...args.map((arg) => [undefined, arg] as const), ...keywords]) {
    const found = flatTensors(value);
    tensors.push(...found);
    if (found.length === 0 && !isInputNone(value, definition, tensors.length)) plain.push({ name, value });
  }
  const free = definition.attributes
    .map((attribute) => attribute.name)
    .filter((name) => !plain.some((given) => given.name === name));
  const attributes = new Map<string, Attribute>();
  const lost: string[] = [];
  for (const { name, value } of plain) {
    const known = definition.attributes.some((attribute) => attribute.name === name);
    const target = known ? name : free.shift();
    const attribute = plainAttribute(value);
    if (target !== undefined && attribute) attributes.set(target, attribute);
    else if (value !== null) lost.push(name ?? `argument ${args.indexOf(value)}`);
  }
  const node = { operator: definition.standsFor.kind === 'operator' ? definition.standsFor.operator : definition.name };
  for (const attribute of lost) {
    const target = `Its definition in ${definition.file}:${definition.line}`;
    operators.recorder.report('unsupported-attribute', node, { target, attribute, reason: 'it has no such attribute' });
  }
  return recordCustom(operators, definition, tensors, attributes, recorded);
}

/** None for an optional input that the definition lists is no attribute. */
function isInputNone(value: CapturedValue, definition: CustomOperator, given: number): boolean {
  return value === null && definition.inputs[given]?.optional === true;
}

/**
 * Parameters in the order of a definition's inputs: those that have an input's name first, the others as they come.
 * `given` inputs are taken by the tensors of the call.
 */
export function inInputOrder<T>(
  definition: CustomOperator,
  given: number,
  parameters: readonly (readonly [name: string, value: T])[],
): readonly T[] {
  const wanted = definition.inputs.slice(given).map((input) => input.name);
  const named = wanted.flatMap((wish) => parameters.filter(([name]) => name === wish));
  return [...named, ...parameters.filter((parameter) => !named.includes(parameter))].map(([, value]) => value);
}

/** A call of a module that a definition stands for: the tensors of the call, then the module's parameters. */
export function callCustomModule(
  operators: Operators,
  definition: CustomOperator,
  args: readonly CapturedValue[],
  parameters: readonly (readonly [name: string, value: CapturedValue])[],
  scope: Scope,
): CapturedValue {
  const { place } = operators.recorder;
  operators.recorder.place = { scope, origin: () => place.origin() };
  const tensors = args.flatMap(flatTensors);
  // Parameters fill the inputs that the definition has beyond those of the call.
  const room = Math.max(definition.inputs.length - tensors.length, 0);
  return recordCustom(
    operators,
    definition,
    [...tensors, ...inInputOrder(definition, tensors.length, parameters).flatMap(flatTensors).slice(0, room)],
    new Map(),
    undefined,
  );
}

export function recordCustom(
  operators: Operators,
  definition: CustomOperator,
  tensors: readonly TensorValue[],
  attributes: Map<string, Attribute>,
  recorded: RecordedResults | undefined,
): CapturedValue {
  for (const { name, default: value } of definition.attributes)
    if (value && !attributes.has(name)) attributes.set(name, value);
  const types = outputTypes(
    definition,
    tensors.map((tensor) => tensor.info && typeOf(tensor.info)),
    attributes,
  );
  const infos = types.map((type, k) => infoOf(type) ?? recorded?.[k]);
  const { domain, op } = operatorOf(definition);
  const node = operators.recorder.record({
    domain,
    op,
    inputs: tensors.map((tensor) => operators.read(tensor)),
    attributes,
    outputs: infos,
  });
  if (infos.includes(undefined) && tensors.every((tensor) => tensor.info)) {
    operators.recorder.report('shape-unknown', node, {
      operator: node.operator,
      reason: `its definition in ${definition.file}:${definition.line} has no rule for every output`,
    });
  }
  const results = node.outputs.map((value, k) => operators.fresh(value, infos[k]));
  const [only] = results;
  return results.length === 1 && only ? only : results.length === 0 ? UNKNOWN : new TupleValue(results);
}

/** The name under which the node stands in the aten graph: that of the source, so that a problem leads back to it. */
function operatorOf(definition: CustomOperator): { domain: string; op: string } {
  const { standsFor } = definition;
  if (standsFor.kind !== 'operator') return { domain: definition.domain, op: definition.name };
  const [domain = '', op = ''] = standsFor.operator.split('::');
  return { domain, op };
}

function infoOf(type: ValueType | undefined): TensorInfo | undefined {
  return type?.kind === 'tensor' && isStatic(type.shape) ? fresh(type.dtype, type.shape) : undefined;
}
