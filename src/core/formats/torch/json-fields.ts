/** Takes typed values out of JSON; what does not fit is an InputError that names the path to it. */
import { InputError } from '../../ir/errors.ts';
import type { Json, JsonObject } from './json.ts';

/** A value of a JSON text together with where it stands. */
export class Field {
  private constructor(
    readonly value: Json | undefined,
    private readonly where: { readonly file: string; readonly inside: string },
    /** The name of a field or the index of an item; of the whole text, what it is called in errors. */
    private readonly key: string | number,
    private readonly parent?: Field,
  ) {}

  /** The whole of a text, which errors call `name`. */
  static root(value: Json, where: { readonly file: string; readonly inside: string }, name: string): Field {
    return new Field(value, where, name);
  }

  /** Is it missing, or null? */
  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** A field of an object; absent where the object has none of that name. */
  get(name: string): Field {
    const object = this.object();
    return new Field(Object.hasOwn(object, name) ? object[name] : undefined, this.where, name, this);
  }

  object(): JsonObject {
    const { value } = this;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
    throw this.expected('an object');
  }

  /** The fields of an object by name. */
  entries(): [string, Field][] {
    return Object.entries(this.object()).map(([name, value]) => [name, new Field(value, this.where, name, this)]);
  }

  items(): Field[] {
    if (!Array.isArray(this.value)) throw this.expected('a list');
    return (this.value as readonly Json[]).map((item, k) => new Field(item, this.where, k, this));
  }

  text(): string {
    if (typeof this.value === 'string') return this.value;
    throw this.expected('text');
  }

  int(): bigint {
    if (typeof this.value === 'bigint') return this.value;
    throw this.expected('an integer');
  }

  /** An integer that a number holds exactly. */
  number(): number {
    const number = Number(this.int());
    if (Number.isSafeInteger(number)) return number;
    throw this.expected('a smaller integer');
  }

  /** A float; JSON has no infinities, so PyTorch writes them as text. */
  float(): number {
    const { value } = this;
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
    if (value === 'Infinity' || value === '-Infinity' || value === 'NaN') return Number(value);
    throw this.expected('a number');
  }

  bool(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    throw this.expected('true or false');
  }

  /** The member of a union: its name, and its value. Old schemas list all members, and null for the others. */
  union(): [name: string, value: Field] {
    const object = this.object();
    let chosen: string | undefined;
    for (const name in object) {
      chosen ??= name;
      if (object[name] === null) continue;
      chosen = name;
      break;
    }
    if (chosen !== undefined) return [chosen, this.get(chosen)];
    throw this.expected('one member of a union');
  }

  expected(what: string): InputError {
    const found = this.absent
      ? 'nothing'
      : JSON.stringify(this.value, (_, value) => (typeof value === 'bigint' ? Number(value) : value));
    return new InputError(
      'file-malformed',
      `expected ${what} at ${this.path()}, found ${found.length > 60 ? `${found.slice(0, 60)}...` : found}`,
      this.where,
      'The file is damaged, or of a PyTorch that writes another schema: save it again with torch.export.save.',
    );
  }

  private path(): string {
    if (!this.parent) return String(this.key);
    return `${this.parent.path()}${typeof this.key === 'number' ? `[${this.key}]` : `.${this.key}`}`;
  }
}
