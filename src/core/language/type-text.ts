/** Types as an editor shows them: in the words of ONNX text, with sizes that are expressions as they are. */
import { typeWord } from '../formats/onnxtxt/names.ts';
import { isDataType } from '../ir/dtype.ts';
import type { Dim } from '../ir/shape.ts';
import type { ValueType } from '../ir/type.ts';

/** `float[1, 3, 2*h]`, `seq(int64)`; `?` where nothing is known. */
export function shownType(type: ValueType | undefined): string {
  switch (type?.kind) {
    case undefined:
      return '?';
    case 'tensor':
      return typeWord(type.dtype) + shownShape(type.shape);
    case 'sparse-tensor':
      return `sparse_tensor(${typeWord(type.dtype)}${shownShape(type.shape)})`;
    case 'sequence':
      return `seq(${shownType(type.element)})`;
    case 'optional':
      return `optional(${shownType(type.element)})`;
    case 'map':
      return `map(${typeWord(type.key)}, ${shownType(type.value)})`;
    case 'opaque':
      return `opaque(${[type.domain, type.name].filter(Boolean).join(', ')})`;
  }
}

/** Nothing for a scalar, `[]` for an unknown rank. */
function shownShape(shape: readonly Dim[] | undefined): string {
  if (!shape) return '[]';
  return shape.length === 0 ? '' : `[${shape.map((dim) => (dim === undefined ? '?' : String(dim))).join(', ')}]`;
}

/** A type of the operator facts (`float32`, `seq(float32)`, `map(int64,float32)`) in the words of ONNX text. */
export function factType(key: string): string {
  return key.replaceAll(/\w+/g, (word) => (isDataType(word) ? typeWord(word) : word)).replaceAll(',', ', ');
}

/** Types that often stand together, by one word; the longer list first. */
const TOGETHER: readonly (readonly [word: string, types: readonly string[]])[] = [
  ['any integer', ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64']],
  ['any unsigned integer', ['uint8', 'uint16', 'uint32', 'uint64']],
  ['any signed integer', ['int8', 'int16', 'int32', 'int64']],
  ['any 8-bit float', ['float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz']],
  ['complex64, complex128', ['complex64', 'complex128']],
];

/** `float, float16, any integer`: the types that an operator takes, sequences and optionals by what they hold. */
export function factTypes(keys: readonly string[], separator = ', '): string {
  const outer = new Map<string, string[]>();
  for (const key of keys) {
    const [, word, inner] = /^(\w+)\((.*)\)$/.exec(key) ?? [];
    if (word === undefined || inner === undefined) continue;
    outer.set(word, [...(outer.get(word) ?? []), inner]);
  }
  const nested = [...outer].map(([word, inner]) => {
    return `${word}(${word === 'map' ? inner.map(factType).join(' | ') : factTypes(inner, ' | ')})`;
  });
  return [...plainTypes(keys.filter(isDataType)), ...nested].join(separator);
}

function plainTypes(keys: readonly string[]): string[] {
  let rest = [...keys];
  const words: string[] = [];
  for (const [word, types] of TOGETHER) {
    if (!types.every((type) => rest.includes(type))) continue;
    words.push(word);
    rest = rest.filter((key) => !types.includes(key));
  }
  return [...rest.map(factType), ...words];
}
