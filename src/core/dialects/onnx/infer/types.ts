/** Element types of outputs by the schema: type variables that inputs bind. */
import { type DataType, isDataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { ValueType } from '../../../ir/type.ts';
import { allowedTypes, formalAt, type OperatorSchema } from '../operators.ts';

/** The type of each output as far as the schema tells; tensors come without a shape. */
export function schemaTypes(node: Node, schema: OperatorSchema): (ValueType | undefined)[] {
  const bound = new Map<string, ValueType>();
  for (const [index, input] of node.inputs.entries()) {
    const formal = formalAt(schema.inputs, index);
    const type = input?.type;
    if (formal?.homogeneous && type && !bound.has(formal.type)) bound.set(formal.type, withoutShape(type));
  }
  return node.outputs.map((_, index) => {
    const formal = formalAt(schema.outputs, index);
    if (!formal?.homogeneous) return undefined;
    const found = bound.get(formal.type);
    if (found) return found;
    const [only, ...others] = allowedTypes(schema, formal);
    return only !== undefined && others.length === 0 ? parseType(only) : undefined;
  });
}

function withoutShape(type: ValueType): ValueType {
  return type.kind === 'tensor' ? { ...type, shape: undefined } : type;
}

/** `int64`, `seq(float32)`, `optional(seq(int64))`, `map(int64,float32)`: the type that a row of the facts names. */
export function parseType(text: string): ValueType | undefined {
  if (isDataType(text)) return { kind: 'tensor', dtype: text, shape: undefined };
  const [, outer, inner = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  if (outer === 'seq' || outer === 'optional') {
    return { kind: outer === 'seq' ? 'sequence' : 'optional', element: parseType(inner) };
  }
  if (outer === 'map') {
    const comma = inner.indexOf(',');
    const key = inner.slice(0, comma);
    return isDataType(key) ? { kind: 'map', key, value: parseType(inner.slice(comma + 1)) } : undefined;
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
    default:
      return undefined;
  }
}

/** The element type of a tensor's type key. */
export function keyDtype(key: string): DataType | undefined {
  return isDataType(key) ? key : undefined;
}
