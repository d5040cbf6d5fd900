/** Prototxt to message trees by a dialect's table, each field with its line. */
import type { CaffeField, CaffeMessage, CaffeSchema } from '../../dialects/caffe/schema.ts';
import { InputError } from '../../ir/errors.ts';
import { type Token, Tokens } from './tokens.ts';
import { Tree, type TreeValue } from './tree.ts';

/** Parses a network. Throws InputError `syntax-error` with line and column, `format-unsupported` for nets before 2014. */
export function parseNet(text: string, file: string, schema: CaffeSchema): Tree {
  const tokens = new Tokens(text, file);
  const net = new Tree(schema.net);
  parseFields(tokens, net, 'end', file);
  return net;
}

function parseFields(tokens: Tokens, tree: Tree, close: '}' | '>' | 'end', file: string): void {
  for (;;) {
    const next = tokens.peek();
    if (close === 'end' ? next.kind === 'end' : next.kind === 'sign' && next.text === close) {
      tokens.take();
      return;
    }
    if (next.kind === 'end') throw tokens.error(`expected ${close} before the end of the text`);
    parseField(tokens, tree, file);
    if (!tokens.takeIf(';')) tokens.takeIf(',');
  }
}

function parseField(tokens: Tokens, tree: Tree, file: string): void {
  const name = tokens.take();
  if (name.kind !== 'word') throw tokens.error(`expected the name of a field, found ${shown(name)}`, name);
  const field = tree.message.fields.get(name.text);
  if (!field) throw unknownField(tokens, tree.message, name, file);
  const colon = tokens.takeIf(':');
  if (field.repeated && tokens.takeIf('[')) {
    while (!tokens.takeIf(']')) {
      parseValue(tokens, tree, field, name, file);
      if (!tokens.takeIf(',') && tokens.peek().text !== ']') throw tokens.error('expected , or ]');
    }
  } else {
    if (!colon && field.type.kind !== 'message') throw tokens.error(`expected : after ${field.name}`);
    parseValue(tokens, tree, field, name, file);
  }
}

function parseValue(tokens: Tokens, tree: Tree, field: CaffeField, name: Token, file: string): void {
  const place = { line: name.line, column: name.column };
  if (field.type.kind === 'message') {
    const close = tokens.takeIf('{') ? '}' : tokens.takeIf('<') ? '>' : undefined;
    if (!close) throw tokens.error(`expected { after ${field.name}`);
    const inner = new Tree(field.type.message);
    tree.entries.push({ field, value: inner, ...place });
    parseFields(tokens, inner, close, file);
  } else {
    const token = tokens.take();
    const value = scalarOf(field, token);
    if (value === undefined) {
      throw tokens.error(`${field.name} takes ${expected(field)}, not ${shown(token)}`, token);
    }
    tree.entries.push({ field, value, ...place });
  }
}

/** The value of a token; undefined where the field does not take such. */
function scalarOf({ type }: CaffeField, token: Token): TreeValue | undefined {
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
      return token.kind === 'number' ? integerOf(token.text) : undefined;
  }
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

function shown({ kind, text }: Token): string {
  return kind === 'end' ? 'the end of the text' : text;
}

function unknownField(tokens: Tokens, message: CaffeMessage, name: Token, file: string): InputError {
  if (message.name === 'NetParameter' && name.text === 'layers') {
    return new InputError(
      'format-unsupported',
      'the layers of this network are written as they were before 2014',
      { file, line: name.line, column: name.column },
      "Upgrade it with Caffe's own upgrade_net_proto_text.",
    );
  }
  return tokens.error(`${message.name} has no field ${name.text}`, name);
}
