/** The JSON of a profile file, field by field, with the lines of what is wrong. */
import { getNodeValue, type Node as JsonNode } from 'jsonc-parser';
import { nearestName, suggestionOf } from '../dialects/onnx/spelling.ts';
import { InputError } from '../ir/errors.ts';
import { parseJsonWithComments, placeInText } from '../json-with-comments.ts';

const HELP = 'docs/targets.md describes every field.';

/** What a field holds. */
export type FieldKind =
  | 'text'
  | 'texts'
  | 'number'
  | 'numbers'
  | 'flag'
  | 'span'
  | 'object'
  | 'objects'
  | 'text-table'
  | 'any';

const KIND_WORDS: Readonly<Record<FieldKind, string>> = {
  text: 'a text',
  texts: 'a list of texts',
  number: 'a whole number',
  numbers: 'a list of whole numbers',
  flag: 'true or false',
  span: 'two whole numbers, the least and the most',
  object: 'an object',
  objects: 'a list of objects',
  'text-table': 'an object of texts',
  any: 'a value',
};

const KIND_TESTS: Readonly<Record<FieldKind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  number: isWhole,
  numbers: (value) => Array.isArray(value) && value.every(isWhole),
  flag: (value) => typeof value === 'boolean',
  span: isSpan,
  object: isObject,
  objects: (value) => Array.isArray(value) && value.every(isObject),
  'text-table': (value) => isObject(value) && Object.values(value).every((each) => typeof each === 'string'),
  any: () => true,
};

function isSpan(value: unknown): boolean {
  const [least, most] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
  return isWhole(least) && isWhole(most) && least <= most;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One object of the file. */
export class ProfileEntry {
  constructor(
    private readonly text: string,
    readonly file: string,
    private readonly node: JsonNode,
  ) {}

  /** The fields of an object whose keys are names, in the order of the file; `undefined` for null. */
  *entries(): Iterable<readonly [name: string, value: JsonNode]> {
    for (const { children } of this.node.children ?? []) {
      const [key, value] = children ?? [];
      if (typeof key?.value === 'string' && value) yield [key.value, value];
    }
  }

  /** Throws InputError for a field that is not of the table, or holds something else. */
  expect(fields: Readonly<Record<string, FieldKind>>, required: readonly string[] = []): void {
    if (this.node.type !== 'object') throw this.error('expected an object');
    for (const { children, offset } of this.node.children ?? []) {
      const [key, value] = children ?? [];
      const name = String(key?.value);
      const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!kind)
        throw this.at(`"${name}" is not a field here${suggestionOf(nearestName(name, Object.keys(fields)))}`, offset);
      if (value && !KIND_TESTS[kind](getNodeValue(value)))
        throw this.error(`expected "${name}" to be ${KIND_WORDS[kind]}`, name);
    }
    const missing = required.find((name) => this.child(name) === undefined);
    if (missing !== undefined) throw this.error(`"${missing}" is missing`);
  }

  /** The value of a field that `expect` has looked at. */
  value<T>(name: string): T | undefined {
    const child = this.child(name);
    return child && (getNodeValue(child) as T);
  }

  /** The object in a field; undefined where there is none. */
  object(name: string): ProfileEntry | undefined {
    const child = this.child(name);
    return child && this.of(child);
  }

  /** The objects of a list. */
  list(name: string): readonly ProfileEntry[] {
    return (this.child(name)?.children ?? []).map((each) => this.of(each));
  }

  of(node: JsonNode): ProfileEntry {
    return new ProfileEntry(this.text, this.file, node);
  }

  error(message: string, name?: string): InputError {
    return this.at(message, (name === undefined ? this.node : (this.child(name) ?? this.node)).offset);
  }

  private child(name: string): JsonNode | undefined {
    return this.node.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
  }

  private at(message: string, offset: number): InputError {
    return new InputError('file-malformed', message, placeInText(this.text, this.file, offset), HELP);
  }
}

/** The outermost object. Throws InputError `syntax-error` with the line. */
export function parseProfileText(text: string, file: string): ProfileEntry {
  return new ProfileEntry(text, file, parseJsonWithComments(text, file));
}
