/** Element types by the schema: type variables that inputs bind, and types that an operator does not take. */
import { isDataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { typeText, type ValueType } from '../../../ir/type.ts';
import { allowedTypes, type Formal, formalAt, type OperatorSchema } from '../operators.ts';
import type { TypeFault } from './rule.ts';
import { withoutSizes } from './unsized.ts';

/** What the schema tells of a node. */
export interface SchemaReading {
  /** The type of each output as far as the schema tells; tensors come without a shape. */
  readonly outputs: readonly (ValueType | undefined)[];
  /** The first input whose type the operator does not take there, and why. Unknown types pass. */
  readonly fault: ({ readonly input: number } & TypeFault) | undefined;
}

/** Reads the types of a node's inputs by its schema. */
export function readTypes(node: Node, schema: OperatorSchema): SchemaReading {
  const bound = new Map<string, ValueType>();
  let fault: SchemaReading['fault'];
  for (let index = 0; index < node.inputCount; index++) {
    const type = node.input(index)?.type;
    const formal = type && formalAt(schema.inputs, index);
    if (!type || !formal) continue;
    const found = fault ? undefined : typeFault(type, formal, schema, bound);
    if (found) fault = { input: index, ...found };
    if (formal.homogeneous && !bound.has(formal.type)) bound.set(formal.type, withoutSizes(type));
  }
  const outputs = node.outputs.map((_, index) => {
    const formal = formalAt(schema.outputs, index);
    if (!formal) return undefined;
    const [only, second] = allowedTypes(schema, formal);
    if (only !== undefined && second === undefined) return parseType(only);
    return formal.homogeneous ? bound.get(formal.type) : undefined;
  });
  return { outputs, fault };
}

function typeFault(
  type: ValueType,
  formal: Formal,
  schema: OperatorSchema,
  bound: ReadonlyMap<string, ValueType>,
): TypeFault | undefined {
  const key = typeKey(type);
  if (key === undefined) return undefined;
  if (!allowedTypes(schema, formal).includes(key)) {
    return { reason: `it does not take ${key} for ${formal.name} in version ${schema.since}`, dtype: key };
  }
  const before = formal.homogeneous ? typeKey(bound.get(formal.type)) : undefined;
  return before !== undefined && before !== key
    ? { reason: `it mixes ${before} and ${key} (${formal.type})` }
    : undefined;
}

/** The first output whose type the operator cannot give there in its version, and why. */
export function outputFault(node: Node, schema: OperatorSchema): ({ output: number } & TypeFault) | undefined {
  for (let output = 0; output < node.outputs.length; output++) {
    const formal = formalAt(schema.outputs, output);
    const key = formal && typeKey(node.outputs[output]?.type);
    if (formal && key !== undefined && !allowedTypes(schema, formal).includes(key)) {
      return { output, reason: `it does not give ${key} for ${formal.name} in version ${schema.since}`, dtype: key };
    }
  }
  return undefined;
}

const PARSED = new Map<string, ValueType | undefined>();

/** `int64`, `seq(float32)`, `optional(seq(int64))`, `map(int64,float32)`: the type that a row of the facts names. */
export function parseType(text: string): ValueType | undefined {
  if (!PARSED.has(text)) PARSED.set(text, parse(text));
  return PARSED.get(text);
}

function parse(text: string): ValueType | undefined {
  if (isDataType(text)) return { kind: 'tensor', dtype: text, shape: undefined };
  const [, outer, inner = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  if (outer === 'seq' || outer === 'optional') {
    return { kind: outer === 'seq' ? 'sequence' : 'optional', element: parse(inner) };
  }
  if (outer === 'map') {
    const comma = inner.indexOf(',');
    const key = inner.slice(0, comma);
    return isDataType(key) ? { kind: 'map', key, value: parse(inner.slice(comma + 1)) } : undefined;
  }
  return undefined;
}

/** The text of a type as the facts write it; undefined where parts of it are unknown. */
export function typeKey(type: ValueType | undefined): string | undefined {
  switch (type?.kind) {
    case 'tensor':
      return type.dtype;
    case 'sparse-tensor':
      return `sparse_tensor(${type.dtype})`;
    case 'sequence':
    case 'optional': {
      const inner = typeKey(type.element);
      return inner && `${type.kind === 'sequence' ? 'seq' : 'optional'}(${inner})`;
    }
    case 'map': {
      const value = typeKey(type.value);
      return value && `map(${type.key},${value})`;
    }
    // The facts name none: no operator of ONNX takes one.
    case 'opaque':
      return typeText(type);
    default:
      return undefined;
  }
}
