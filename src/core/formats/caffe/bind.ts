/** A prototxt as message trees: its names get the meaning that a dialect's table gives them, each with its line. */
import type { CaffeField, CaffeMessage } from '../../dialects/caffe/schema.ts';
import { isMessage, shown, type TextField, type TextMessage, textError } from './text.ts';
import type { Token } from './tokens.ts';
import { Tree, type TreeValue } from './tree.ts';

/**
 * What the table does not know is kept as it is written. Throws InputError `syntax-error` with line and column where a
 * field has a value that it does not take.
 */
export function bindText({ fields }: TextMessage, message: CaffeMessage, file: string): Tree {
  const tree = new Tree(message);
  const given = new Set<CaffeField>();
  for (const each of fields) {
    const field = message.fields.get(each.name);
    const { line, column } = each;
    // As protobuf's own parser has it.
    if (field && !field.repeated && given.has(field))
      throw textError(`${each.name} is given twice, and has one value`, file, { line, column });
    if (field) given.add(field);
    if (!field) tree.unknown.push({ name: each.name, text: each.text, line, column });
    else tree.entries.push({ field, value: boundValue(each, field, file), line, column });
  }
  return tree;
}

function boundValue(written: TextField, field: CaffeField, file: string): TreeValue {
  const { value, line, column } = written;
  const { name, type } = field;
  if (written.listed && !field.repeated) throw textError(`${name} has one value, no list`, file, { line, column });
  if (isMessage(value)) {
    if (type.kind === 'message') return bindText(value, type.message, file);
    throw textError(`expected : after ${name}`, file, { line, column });
  }
  if (type.kind === 'message') throw textError(`expected { after ${name}`, file, value);
  const bound = scalarOf(field, value);
  if (bound === undefined) throw textError(`${name} takes ${expected(field)}, not ${shown(value)}`, file, value);
  return bound;
}

/** Whether a field takes what is written. */
export function takes(field: CaffeField, { value, listed }: TextField): boolean {
  if (listed && !field.repeated) return false;
  if (isMessage(value)) return field.type.kind === 'message';
  return scalarOf(field, value) !== undefined;
}

/** The value of a token; undefined where the field does not take such. */
export function scalarOf({ type }: CaffeField, token: Token): Exclude<TreeValue, Tree> | undefined {
  if (type.kind === 'message') return undefined;
  if (type.kind === 'enum') return enumOf(type.numbers, token);
  switch (type.name) {
    case 'string':
      return token.bytes && new TextDecoder().decode(token.bytes);
    case 'bytes':
      return token.bytes;
    case 'bool':
      if (/^(true|t|True|1)$/.test(token.text)) return true;
      return /^(false|f|False|0)$/.test(token.text) ? false : undefined;
    case 'float':
    case 'double':
      return token.kind === 'number' || token.kind === 'word' ? floatOf(token.text) : undefined;
    default:
      return token.kind === 'number' ? inRange(integerOf(token.text), type.name) : undefined;
  }
}

/** Undefined for a number that the type cannot hold. */
function inRange(value: bigint | undefined, type: string): bigint | undefined {
  if (value === undefined) return undefined;
  const bits = type.endsWith('64') ? 64 : 32;
  return value === (type.startsWith('u') ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value))
    ? value
    : undefined;
}
function enumOf(numbers: ReadonlyMap<string, number>, { kind, text }: Token): string | undefined {
  if (kind === 'word') return numbers.has(text) ? text : undefined;
  if (kind !== 'number') return undefined;
  for (const [name, number] of numbers) if (number === Number(text)) return name;
  return undefined;
}

function floatOf(text: string): number | undefined {
  if (/^-?inf(inity)?f?$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^-?nanf?$/i.test(text)) return Number.NaN;
  const value = Number(/^-?0x/i.test(text) ? text : text.replace(/f$/i, ''));
  return Number.isNaN(value) ? undefined : value;
}

function integerOf(text: string): bigint | undefined {
  const [, sign, digits = ''] = /^(-?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text) ?? [];
  if (digits === '') return undefined;
  // A leading zero means octal digits.
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  return sign === '-' ? -BigInt(octal) : BigInt(octal);
}

function expected({ type }: CaffeField): string {
  if (type.kind === 'enum') return [...type.numbers.keys()].join(', ');
  return type.kind === 'scalar' ? type.name : 'a message';
}
