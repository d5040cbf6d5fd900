/** The schema of fields that nobody knows, guessed from how they are written: types that take what stands there. */
import type { CaffeMessage } from '../../dialects/caffe/schema.ts';
import { type FieldSyntax, isMessage, type ValueSyntax } from './syntax.ts';

/** Numbers of fields that no framework uses. */
const FIRST_NUMBER = 10_001;

/** What a message gets: declarations of fields, and further messages that they need. */
export interface Declared {
  readonly fields: readonly string[];
  readonly messages: readonly string[];
}

/** Declares fields in a message that has others already. */
export function declare(fields: readonly FieldSyntax[], message: CaffeMessage | undefined): Declared {
  const byName = new Map<string, FieldSyntax[]>();
  for (const field of fields) byName.set(field.name.text, [...(byName.get(field.name.text) ?? []), field]);
  const messages: string[] = [];
  let number = message ? FIRST_NUMBER : 1;
  const declared = [...byName].map(([name, written]) => {
    while (message?.byNumber.has(number)) number++;
    const values = written.flatMap((field) => field.values);
    const repeated = written.length > 1 || written.some(({ list }) => list);
    const inner = values.filter(isMessage);
    if (inner.length > 0) {
      const type = `${camel(name.replace(/_params?$/, ''))}Parameter`;
      const own = declare(
        inner.flatMap((each) => each.fields),
        undefined,
      );
      messages.push(messageText(type, own.fields), ...own.messages);
      return `${repeated ? 'repeated' : 'optional'} ${type} ${name} = ${number++};`;
    }
    const words = [...new Set(values.flatMap((value) => (isWord(value) ? [value.text] : [])))];
    if (words.length > 0) {
      const type = camel(name);
      messages.push(`enum ${type} {\n${words.map((word, k) => `  ${word} = ${k};`).join('\n')}\n}`);
      return `${repeated ? 'repeated' : 'optional'} ${type} ${name} = ${number++};`;
    }
    return `${repeated ? 'repeated' : 'optional'} ${scalarType(values)} ${name} = ${number++};`;
  });
  return { fields: declared, messages };
}

export function messageText(name: string, fields: readonly string[]): string {
  return fields.length === 0
    ? `message ${name} {}`
    : `message ${name} {\n${fields.map((field) => `  ${field}`).join('\n')}\n}`;
}

function isWord(value: ValueSyntax): value is Extract<ValueSyntax, { text: string }> {
  return value.kind === 'word' && !/^(true|false)$/i.test(value.text);
}

function scalarType(values: readonly ValueSyntax[]): string {
  if (values.some(({ kind }) => kind === 'string')) return 'string';
  if (values.length > 0 && values.every(({ kind }) => kind === 'word')) return 'bool';
  const whole = values.every((value) => value.kind === 'number' && /^-?(0[xX][0-9a-fA-F]+|\d+)$/.test(value.text));
  return whole && values.length > 0 ? 'int32' : 'float';
}

/** `foo_bar` as `FooBar`. */
function camel(name: string): string {
  return name.replaceAll(/(?:^|_)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
