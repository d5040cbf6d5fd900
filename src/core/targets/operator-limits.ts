/** What of an operator's limits a node breaks. */
import { dataOf } from '../dialects/onnx/data.ts';
import { typeKey } from '../dialects/onnx/infer/types.ts';
import { type Formal, formalAt, type OperatorSchema } from '../dialects/onnx/operators.ts';
import type { Attribute } from '../ir/attribute.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import type { ProblemCode } from '../problems/codes.ts';
import type { Part } from '../problems/part.ts';
import type { AttributeLimit, OperatorLimits, Profile } from './profile.ts';

/** A problem without its node: the code, what fills its message, and the part of the node. */
export type Broken = readonly [code: ProblemCode, details: Readonly<Record<string, string>>, part: Part];

/** Every limit that a node breaks. What is not known of the node, such as a type, breaks none. */
export function brokenLimits(
  node: Node,
  schema: OperatorSchema | undefined,
  limits: OperatorLimits,
  profile: Profile,
): Broken[] {
  return [
    ...brokenTypes(node, schema, limits, profile),
    ...brokenAttributes(node, schema, limits),
    ...brokenInputs(node, schema, limits),
    ...brokenShapes(node, limits, profile),
    ...brokenOutputs(node, limits),
  ];
}

/** One for each type: several inputs of one variable have the same. */
function brokenTypes(
  node: Node,
  schema: OperatorSchema | undefined,
  limits: OperatorLimits,
  profile: Profile,
): Broken[] {
  const found = new Map<string, Broken>();
  const look = (kind: 'input' | 'output', values: readonly (Value | undefined)[], formals: readonly Formal[] = []) => {
    for (const [index, value] of values.entries()) {
      const type = value && typeKey(value.type);
      const variable = formalAt(formals, index)?.type;
      if (type === undefined) continue;
      const worked = index === 0 && kind === (node.inputCount > 0 ? 'input' : 'output');
      const taken =
        (variable === undefined ? undefined : limits.types?.[variable]) ?? (worked ? limits.dtypes : undefined);
      const read = profile.narrows[type] ?? type;
      if (!taken || taken.includes(type) || taken.includes(read) || found.has(type)) continue;
      found.set(type, ['dtype-not-taken', { dtype: type, taken: taken.join(', ') }, { kind, index }]);
    }
  };
  look('input', node.inputs, schema?.inputs);
  look('output', node.outputs, schema?.outputs);
  return [...found.values()];
}

function brokenAttributes(
  node: Node,
  schema: OperatorSchema | undefined,
  { attributes = {} }: OperatorLimits,
): Broken[] {
  return Object.entries(attributes).flatMap(([name, limit]): Broken[] => {
    const attribute = node.attributes.get(name);
    const isBarred = isValues(limit) && limit.length === 0;
    const value = attribute ? plainValue(attribute) : isBarred ? undefined : schema?.attributes.get(name)?.default;
    const wrong = value === undefined ? undefined : asList(value).find((each) => !isWithin(each, limit));
    if (wrong === undefined) return [];
    const part: Part = attribute ? { kind: 'attribute', name } : { kind: 'operator' };
    const details = { attribute: `${name} = ${value}`, reason: `it takes ${limitText(limit)}` };
    return [['unsupported-attribute', details, part]];
  });
}

type Plain = number | string;

/** Numbers and texts; undefined for what no limit speaks of, and for what only a call says. */
function plainValue(attribute: Attribute): Plain | readonly Plain[] | undefined {
  switch (attribute.type) {
    case 'int':
      return Number(attribute.value);
    case 'ints':
      return attribute.value.map(Number);
    case 'float':
      return attribute.value;
    case 'floats':
      return attribute.value;
    case 'string':
      return plainText(attribute.value);
    case 'strings':
      return attribute.value.map(plainText);
    case 'reference':
      return undefined;
    default:
      return attribute.type;
  }
}

function plainText(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : new TextDecoder().decode(value);
}

function asList(value: Plain | readonly Plain[]): readonly Plain[] {
  return typeof value === 'object' ? value : [value];
}

function isWithin(value: Plain, limit: AttributeLimit): boolean {
  if (isValues(limit)) return limit.includes(value);
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = limit;
  return typeof value === 'number' && value >= least && value <= most;
}

function isValues(limit: AttributeLimit): limit is readonly Plain[] {
  return Array.isArray(limit);
}

function limitText(limit: AttributeLimit): string {
  if (isValues(limit)) return limit.length === 0 ? 'no such attribute' : limit.join(', ');
  const { least, most } = limit;
  if (least === undefined) return `${most} at most`;
  return most === undefined ? `${least} at least` : `${least} to ${most}`;
}

function brokenInputs(
  node: Node,
  schema: OperatorSchema | undefined,
  { constants = [], zeros = [], absent = [] }: OperatorLimits,
): Broken[] {
  const told: Broken[] = [];
  const look = (names: readonly string[], isRight: (value: Value) => boolean, reason: string) => {
    for (const name of names) {
      const index = schema?.inputs.findIndex((each) => each.name === name) ?? -1;
      const value = index < 0 ? undefined : node.input(index);
      if (!value || isRight(value)) continue;
      told.push(['input-not-taken', { input: name, reason }, { kind: 'input', index }]);
    }
  };
  look(absent, () => false, 'it must be left out');
  look(constants, isConstant, 'it must be a constant');
  look(zeros, (value) => isConstant(value) && isZero(value), 'it must be a constant 0');
  return told;
}

/** Zero points are one number, or one a channel: weights are not read. */
const MOST_BYTES = 65_536;

/** Known before a run, and by nobody given otherwise. */
function isConstant(value: Value): boolean {
  if (value.constant) return !value.overridable;
  return value.producer?.op === 'Constant' && value.producer.domain === '';
}

function isZero(value: Value): boolean {
  const elements = dataOf(value)?.elements;
  if (elements) return elements.every((each) => each === 0);
  const tensor = value.constant;
  return tensor !== undefined && tensor.byteLength <= MOST_BYTES && tensor.bytes().every((byte) => byte === 0);
}

function brokenShapes(node: Node, limits: OperatorLimits, { ranks }: Profile): Broken[] {
  const [first] = node.inputs;
  const rank = first?.rank;
  const found: Broken[] = [];
  if (rank !== undefined && limits.ranks && !isBetween(rank, limits.ranks))
    found.push(['rank-not-taken', rankDetails(first, rank, limits.ranks), { kind: 'input', index: 0 }]);
  for (const [axis, wanted] of Object.entries(limits.sizes ?? {})) {
    const size = first?.shape?.[Number(axis)];
    if (typeof size !== 'number' || size === wanted) continue;
    const reason = `the size of axis ${axis} must be ${wanted}, and is ${size}`;
    found.push(['input-not-taken', { input: first?.name ?? '', reason }, { kind: 'input', index: 0 }]);
  }
  if (found.length > 0 || !ranks) return found;
  for (const [kind, values] of [
    ['input', node.inputs],
    ['output', node.outputs],
  ] as const) {
    const index = values.findIndex((value) => value?.rank !== undefined && !isBetween(value.rank, ranks));
    const value = values[index];
    if (value?.rank !== undefined) return [['rank-not-taken', rankDetails(value, value.rank, ranks), { kind, index }]];
  }
  return found;
}

function isBetween(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least && value <= most;
}

function rankDetails(value: Value | undefined, rank: number, [least, most]: readonly [number, number]) {
  const range = least === most ? `${least}` : `${least} to ${most}`;
  return { value: value?.name ?? '', rank: String(rank), range };
}

function brokenOutputs(node: Node, { outputs = Number.POSITIVE_INFINITY }: OperatorLimits): Broken[] {
  const index = node.outputs.findIndex((value, k) => k >= outputs && value.useCount > 0);
  if (index < 0) return [];
  const details = { output: node.outputs[index]?.name ?? '' };
  return [['output-not-taken', details, { kind: 'output', index }]];
}
