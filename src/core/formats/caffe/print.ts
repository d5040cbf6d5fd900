/** Message trees as prototxt: protobuf's text format, one field a line. */
import type { CaffeField } from '../../dialects/caffe/schema.ts';
import { Tensor } from '../../ir/tensor.ts';
import { Tree, type TreeValue } from './tree.ts';

export function printTree(tree: Tree, indent = ''): string {
  let text = '';
  for (const { field, value } of tree.entries) {
    if (value instanceof Tree) text += `${indent}${field.name} {\n${printTree(value, `${indent}  `)}${indent}}\n`;
    else text += `${indent}${field.name}: ${scalarText(field, value)}\n`;
  }
  for (const field of tree.unknown) if ('text' in field) text += `${indent}${field.text}\n`;
  return text;
}

function scalarText(field: CaffeField, value: Exclude<TreeValue, Tree>): string {
  if (value instanceof Tensor) throw new Error(`${field.name}: weights do not stand in a prototxt`);
  if (typeof value === 'string') return field.type.kind === 'enum' ? value : quoted(new TextEncoder().encode(value));
  if (value instanceof Uint8Array) return quoted(value);
  const single = field.type.kind === 'scalar' && field.type.name === 'float';
  return typeof value === 'number' ? floatText(value, single) : String(value);
}

/** The shortest decimal that reads back as the same number. */
function floatText(value: number, single: boolean): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (!single) return String(value);
  const exact = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(exact.toPrecision(digits));
    if (Math.fround(short) === exact) return String(short);
  }
  return String(Number(exact.toPrecision(9)));
}

/** Bytes within quotes: what is not printable as octal escapes, UTF-8 as it is where it is text. */
function quoted(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${text}"`;
}
