/**
 * What is known of the elements of small values without running the model: shape arithmetic. Elements are numbers,
 * expressions over symbolic sizes, or unknown.
 */
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { type Dim, elementCount, isStatic, type StaticShape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { Refusal } from '../../problems/problem.ts';
import { dataRules } from './data-rules.ts';
import { keep, keptOf, NOT_FOUND } from './infer/kept.ts';
import { operatorSchema, operatorVersions } from './operators.ts';

/** Elements in row-major order. Floats are as wide as their type; expressions stand only in integer data. */
export interface Data {
  readonly dtype: DataType;
  readonly shape: StaticShape;
  readonly elements: readonly Dim[];
}

/** The elements of one output of a node, or nothing. */
export type DataRule = (node: Node, index: number) => Data | undefined;

/** Larger integer values and floats are data, not shapes: nobody reads them to infer. */
export const MOST_INTEGERS = 1024;
const MOST_FLOATS = 32;
/** How far a value is followed back where inference has not come by before. */
const DEEPEST = 100;

const TYPES = new Set<DataType>(['int64', 'int32', 'bool', 'float32', 'float64']);

let depth = 0;
let constantsOnly = false;
let defaultsCount = false;

/** The elements of a small value, as far as they are known; undefined where nothing is. */
export function dataOf(value: Value): Data | undefined {
  const constant = constantTensor(value);
  if (constant) return value.producer ? ofTensor(constant) : ofInitializer(constant);
  if (constantsOnly) return undefined;
  const kept = keptOf(value);
  if (kept && kept.data !== NOT_FOUND) return kept.data;
  if (!value.producer || depth >= DEEPEST) return undefined;
  return renewData(value);
}

/** Works the elements of a node's output out anew. */
export function renewData(value: Value): Data | undefined {
  const node = value.producer;
  if (!node) return undefined;
  const rule = ruleOf(node, value);
  depth++;
  try {
    const found = rule?.(node, value.outputIndex ?? 0);
    const data = found && fits(found.dtype, found.shape) ? found : undefined;
    keep(value).data = data;
    return data;
  } catch (error) {
    // What contradicts is said where the node is inferred.
    if (!(error instanceof Refusal)) throw error;
    keep(value).data = undefined;
    return undefined;
  } finally {
    depth--;
  }
}

/** Says what is known of a value that no rule follows: an input of a called function, an output of a call. */
export function setData(value: Value, data: Data | undefined): void {
  keep(value).data = data;
}

/** Runs `work` as if nothing were known of values but what the file spells. */
export function withConstantsOnly<T>(work: () => T): T {
  constantsOnly = true;
  try {
    return work();
  } finally {
    constantsOnly = false;
  }
}

/** Runs `work` as onnx's own inference looks at a model: by what the file spells, and as if nobody replaced defaults. */
export function asOnnxReads<T>(work: () => T): T {
  defaultsCount = true;
  try {
    return withConstantsOnly(work);
  } finally {
    defaultsCount = false;
  }
}

/** The integers of a value of rank 1 (or 0), where all are numbers. */
export function intsOf(value: Value): readonly number[] | undefined {
  const elements = dimsOf(value);
  return isStatic(elements) ? elements : undefined;
}

/** The integers of a value of rank 1 (or 0), some perhaps unknown or expressions. */
export function dimsOf(value: Value): readonly Dim[] | undefined {
  const data = dataOf(value);
  return data && data.shape.length <= 1 ? data.elements : undefined;
}

/** The single number that a value holds, whatever its rank. */
export function numberOf(value: Value | undefined): number | undefined {
  const data = value && dataOf(value);
  const [element] = data?.elements ?? [];
  return data?.elements.length === 1 && typeof element === 'number' ? element : undefined;
}

/**
 * The constant that a value holds: an initialiser that is no graph input, a Constant node, or small arithmetic on such
 * that folds to numbers. Large constants are given as they are, unread.
 */
export function constantOf(value: Value): Tensor | undefined {
  const constant = constantTensor(value);
  if (constant) return constant;
  const data = dataOf(value);
  if (!data || !isStatic(data.elements)) return undefined;
  const whole = DATA_TYPES[data.dtype].kind === 'float' || data.elements.every(Number.isSafeInteger);
  return whole ? Tensor.of(data.dtype, data.shape, data.elements) : undefined;
}

/** The tensor of an initialiser or of a Constant node, unread. */
export function constantTensor(value: Value): Tensor | undefined {
  const node = value.producer;
  if (!node) return value.overridable && !defaultsCount ? undefined : value.constant;
  if (node.op !== 'Constant' || node.domain !== '') return undefined;
  return constantAttribute(node);
}

/** The tensor that a Constant node makes; undefined where it refers to a function's attribute, or is sparse. */
export function constantAttribute(node: Node): Tensor | undefined {
  for (const [name, attribute] of node.attributes) {
    if (name === 'value' && attribute.type === 'tensor') return attribute.value;
    if (attribute.type === 'int') return Tensor.scalar('int64', attribute.value);
    if (attribute.type === 'ints') return Tensor.of('int64', [attribute.value.length], attribute.value);
    if (attribute.type === 'float') return Tensor.scalar('float32', attribute.value);
    if (attribute.type === 'floats') return Tensor.of('float32', [attribute.value.length], attribute.value);
    if (attribute.type === 'string') return Tensor.ofStrings([], [encoded(attribute.value)]);
    if (attribute.type === 'strings') return Tensor.ofStrings([attribute.value.length], attribute.value.map(encoded));
  }
  return undefined;
}

function encoded(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

/** The elements of small initialisers, each read once: many nodes share them. */
const read = new WeakMap<Tensor, Data | undefined>();

function ofInitializer(tensor: Tensor): Data | undefined {
  if (!read.has(tensor)) read.set(tensor, ofTensor(tensor));
  return read.get(tensor);
}

function ofTensor(tensor: Tensor): Data | undefined {
  const { dtype, shape } = tensor;
  return fits(dtype, shape) ? { dtype, shape, elements: tensor.numbers() } : undefined;
}

function ruleOf(node: Node, value: Value): DataRule | undefined {
  if (node.domain !== '' || !Object.hasOwn(dataRules, node.op)) return undefined;
  return mayBeSmall(value) && hasKnownAttributes(node) ? dataRules[node.op] : undefined;
}

/** Whether the attributes have types that some version of the operator gives them: rules rely on it. */
function hasKnownAttributes(node: Node): boolean {
  for (const [name, { type }] of node.attributes) if (!knowsAttribute(node.op, name, type)) return false;
  return true;
}

function knowsAttribute(op: string, name: string, type: string): boolean {
  const versions = operatorVersions('', op);
  return versions.some((version) => operatorSchema('', op, version)?.attributes.get(name)?.type === type);
}

/** Whether elements of a type are followed. */
export function isReadable(dtype: DataType): boolean {
  return TYPES.has(dtype);
}

function mayBeSmall(value: Value): boolean {
  const { dtype, shape } = value;
  return dtype === undefined || !isStatic(shape) || fits(dtype, shape);
}

function fits(dtype: DataType, shape: StaticShape): boolean {
  const most = DATA_TYPES[dtype].kind === 'float' ? MOST_FLOATS : MOST_INTEGERS;
  return TYPES.has(dtype) && elementCount(shape) <= most;
}
