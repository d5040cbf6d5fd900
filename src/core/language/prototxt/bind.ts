/** The fields of a text under the names that a dialect gives them; what does not fit is told and left out. */

import type { CaffeField, CaffeMessage } from '../../dialects/caffe/schema.ts';
import { nearestName, suggestionOf } from '../../dialects/onnx/spelling.ts';
import { scalarOf } from '../../formats/caffe/bind.ts';
import type { TextField, TextMessage } from '../../formats/caffe/text.ts';
import { type Entry, Tree, type TreeValue } from '../../formats/caffe/tree.ts';
import type { Span } from '../text.ts';
import { type FieldSyntax, isMessage, type ValueSyntax } from './syntax.ts';

/** A value that its field does not take, with the word that was probably meant. */
export interface Misfit {
  readonly span: Span;
  readonly message: string;
  readonly suggested?: string;
}

export class Binder {
  readonly misfits: Misfit[] = [];

  constructor(private readonly text: string) {}

  bind(fields: readonly FieldSyntax[], message: CaffeMessage): Tree {
    const tree = new Tree(message);
    const given = new Set<CaffeField>();
    for (const each of fields) {
      const field = message.fields.get(each.name.text);
      const { line, column } = each;
      if (!field) {
        tree.unknown.push({ name: each.name.text, text: this.text.slice(each.start, each.end), line, column });
        continue;
      }
      if (given.has(field) && !field.repeated) {
        this.misfit(each.name, `the field ${field.name} is given twice, and has one value`);
        continue;
      }
      given.add(field);
      for (const entry of this.entries(each, field)) tree.entries.push(entry);
    }
    return tree;
  }

  private *entries(written: FieldSyntax, field: CaffeField): Iterable<Entry> {
    if (written.list && !field.repeated) {
      this.misfit(written.list, `the field ${field.name} has one value, no list`);
      return;
    }
    for (const value of written.values) {
      const bound = this.value(value, written, field);
      if (bound !== undefined) yield { field, value: bound, line: written.line, column: written.column };
    }
  }

  private value(value: ValueSyntax, { name }: FieldSyntax, field: CaffeField): TreeValue | undefined {
    const { type } = field;
    if (isMessage(value)) {
      if (type.kind === 'message') return this.bind(value.fields, type.message);
      return this.misfit(
        name,
        `the field ${field.name} takes ${expectedOf(field)}, no message: expected : and a value`,
      );
    }
    if (type.kind === 'message') return this.misfit(value, `the field ${field.name} takes a message: expected {`);
    const bound = scalarOf(field, value);
    if (bound !== undefined) return bound;
    const suggested = type.kind === 'enum' ? nearestName(value.text, type.numbers.keys()) : undefined;
    const message = `the field ${field.name} takes ${expectedOf(field)}, not ${value.text}${suggestionOf(suggested)}`;
    return this.misfit(value, message, suggested);
  }

  private misfit({ start, end }: Span, message: string, suggested?: string): undefined {
    this.misfits.push({ span: { start, end }, message, ...(suggested !== undefined && { suggested }) });
    return undefined;
  }
}

const SCALARS: Readonly<Record<string, string>> = {
  ...{ int32: 'a whole number', int64: 'a whole number', float: 'a number', double: 'a number' },
  ...{ uint32: 'a whole number that is not negative', uint64: 'a whole number that is not negative' },
  ...{ bool: 'true or false', string: 'a text in quotes', bytes: 'bytes in quotes' },
};

function expectedOf({ type }: CaffeField): string {
  if (type.kind === 'message') return 'a message';
  if (type.kind === 'scalar') return SCALARS[type.name] ?? type.name;
  const names = [...type.numbers.keys()];
  return names.length > 12 ? 'a name of its list' : names.join(', ');
}

/** The fields as the reader has them, for what tells dialects apart. */
export function plainMessage(fields: readonly FieldSyntax[]): TextMessage {
  return { fields: fields.flatMap(plainFields) };
}

function plainFields({ name, values, list, line, column }: FieldSyntax): TextField[] {
  return values.map((value) => ({
    name: name.text,
    value: isMessage(value) ? plainMessage(value.fields) : value,
    ...{ line, column, text: '', listed: list !== undefined },
  }));
}
