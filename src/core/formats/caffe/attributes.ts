/** Parameters of a layer: fields of nested messages as attributes `pooling_param.kernel_size`, `input_param.shape[0].dim`, and back. */
import type { CaffeField } from '../../dialects/caffe/schema.ts';
import type { Attribute } from '../../ir/attribute.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import { Tree, type TreeValue } from './tree.ts';

/** What a dialect does not know, as attributes of the message around it: bytes of a binary, lines of a text. */
const UNKNOWN_BYTES = 'unknown_fields';
const UNKNOWN_TEXT = 'unknown_text';

/** Whether an attribute holds fields that the dialect of the file does not know. */
export function isUnknown(path: string): boolean {
  return /(^|\.)unknown_(fields|text)$/.test(path);
}

/** The attributes of all fields of a layer but `except`; those of nested messages by their path. */
export function attributesOf(tree: Tree, except: ReadonlySet<string>): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  collect(tree, '', except, attributes);
  return attributes;
}

function collect(tree: Tree, prefix: string, except: ReadonlySet<string>, into: Map<string, Attribute>): void {
  for (const field of new Set(tree.entries.map((entry) => entry.field))) {
    if (except.has(field.name)) continue;
    const path = `${prefix}${field.name}`;
    const values = tree.all(field.name);
    if (field.type.kind === 'message') {
      const trees = values.filter((value) => value instanceof Tree);
      trees.forEach((each, k) => {
        collect(each, `${path}${field.repeated ? `[${k}]` : ''}.`, new Set(), into);
      });
    } else {
      into.set(path, attributeOf(field, values));
    }
  }
  const bytes = tree.unknown.flatMap((field) => ('bytes' in field ? [field.bytes] : []));
  const texts = tree.unknown.flatMap((field) => ('text' in field ? [field.text] : []));
  if (bytes.length > 0) into.set(`${prefix}${UNKNOWN_BYTES}`, { type: 'tensor', value: joined(bytes) });
  if (texts.length > 0) into.set(`${prefix}${UNKNOWN_TEXT}`, { type: 'strings', value: texts });
}

function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const compute = () => Buffer.concat(parts.map((part) => part.bytes()));
  return new Tensor('uint8', [length], new ComputedSource('computed', compute));
}

function attributeOf(field: CaffeField, values: readonly TreeValue[]): Attribute {
  const last = values.at(-1);
  if (field.repeated) {
    if (typeof last === 'bigint') return { type: 'ints', value: values.filter((each) => typeof each === 'bigint') };
    if (typeof last === 'boolean') return { type: 'bools', value: values.filter((each) => typeof each === 'boolean') };
    if (typeof last === 'string') return { type: 'strings', value: values.filter((each) => typeof each === 'string') };
    if (last instanceof Tensor) return { type: 'tensor', value: last };
    return { type: 'floats', value: values.filter((each) => typeof each === 'number') };
  }
  if (typeof last === 'bigint') return { type: 'int', value: last };
  if (typeof last === 'boolean') return { type: 'bool', value: last };
  if (typeof last === 'number') return { type: 'float', value: last };
  if (typeof last === 'string' || last instanceof Uint8Array) return { type: 'string', value: last };
  throw new Error(`${field.name} has no value`);
}

/** Puts attributes into a tree. Throws where the dialect has no such field, or one of another type. */
export function addAttributes(tree: Tree, attributes: ReadonlyMap<string, Attribute>): void {
  for (const [path, attribute] of attributes) {
    const steps = path.split('.');
    const name = steps.pop() ?? '';
    const holder = steps.reduce(descend, tree);
    if (addUnknown(holder, name, attribute)) continue;
    for (const value of valuesOf(attribute, path)) holder.add(name, value);
  }
}

function addUnknown(tree: Tree, name: string, attribute: Attribute): boolean {
  if (name === UNKNOWN_BYTES && attribute.type === 'tensor') {
    tree.unknown.push({ number: 0, wire: 2, bytes: attribute.value, offset: 0 });
    return true;
  }
  if (name !== UNKNOWN_TEXT || attribute.type !== 'strings') return false;
  for (const text of attribute.value) tree.unknown.push({ name: '', text: String(text), line: 0, column: 0 });
  return true;
}

/** The nested message of one step of a path, made where it is not there yet. */
function descend(tree: Tree, step: string): Tree {
  const [, name = step, index = '0'] = /^(.*)\[(\d+)\]$/.exec(step) ?? [];
  let found = tree.trees(name)[Number(index)];
  while (!found) {
    tree.addTree(name);
    found = tree.trees(name)[Number(index)];
  }
  return found;
}

function valuesOf(attribute: Attribute, path: string): readonly TreeValue[] {
  switch (attribute.type) {
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
    case 'tensor':
      return [attribute.value];
    case 'ints':
    case 'floats':
    case 'bools':
    case 'strings':
      return attribute.value;
    default:
      throw new Error(`${path}: a layer cannot hold an attribute of type ${attribute.type}`);
  }
}
