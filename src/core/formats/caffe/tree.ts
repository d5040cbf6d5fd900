/** A message of Caffe as a tree that knows its table: the form between graphs and both kinds of files. */
import type { CaffeField, CaffeMessage } from '../../dialects/caffe/schema.ts';
import type { Tensor } from '../../ir/tensor.ts';

/** Integers are bigint, enums are their names, packed numbers of a blob are a tensor. */
export type TreeValue = bigint | number | boolean | string | Uint8Array | Tensor | Tree;

export interface Entry {
  readonly field: CaffeField;
  readonly value: TreeValue;
  /** Where it stands in a text, counted from 1. */
  readonly line?: number;
  readonly column?: number;
  /** Where it stands in a binary. */
  readonly offset?: number;
}

/**
 * A field that the dialect does not know: as it is written in a text, or its bytes with their tag. Number 0 stands for any
 * number of fields that nobody looked into.
 */
export type UnknownField =
  | { readonly name: string; readonly text: string; readonly line: number; readonly column: number }
  | { readonly number: number; readonly wire: number; readonly bytes: Tensor; readonly offset: number };

export class Tree {
  readonly entries: Entry[] = [];
  readonly unknown: UnknownField[] = [];

  constructor(readonly message: CaffeMessage) {}

  /** Appends a value of the field of that name. Throws where the message has no such field. */
  add(name: string, value: TreeValue): void {
    this.entries.push({ field: fieldOf(this.message, name), value });
  }

  /** Appends an empty message and returns it. */
  addTree(name: string): Tree {
    const { type } = fieldOf(this.message, name);
    if (type.kind !== 'message') throw new Error(`${this.message.name}.${name} is no message`);
    const tree = new Tree(type.message);
    this.add(name, tree);
    return tree;
  }

  /** The values of a field, in order. */
  all(name: string): readonly TreeValue[] {
    return this.entries.flatMap(({ field, value }) => (field.name === name ? [value] : []));
  }

  trees(name: string): readonly Tree[] {
    return this.all(name).filter((value) => value instanceof Tree);
  }

  strings(name: string): readonly string[] {
    return this.all(name).filter((value) => typeof value === 'string');
  }

  numbers(name: string): readonly number[] {
    return this.all(name).flatMap((value) =>
      typeof value === 'bigint' || typeof value === 'number' ? [Number(value)] : [],
    );
  }

  /** The last value counts, as everywhere in protocol buffers. */
  string(name: string): string | undefined {
    return this.strings(name).at(-1);
  }

  number(name: string): number | undefined {
    return this.numbers(name).at(-1);
  }
}

function fieldOf(message: CaffeMessage, name: string): CaffeField {
  const field = message.fields.get(name);
  if (!field) throw new Error(`${message.name} of this dialect has no field ${name}`);
  return field;
}
