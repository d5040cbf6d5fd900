/** Reads graphwright.ops.json (JSON with comments) and finds it upward from a model. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  findNodeAtLocation,
  getNodeValue,
  type Node as JsonNode,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { type Attribute, float, floats, int, ints, string, strings } from '../ir/attribute.ts';
import { isDataType } from '../ir/dtype.ts';
import { InputError } from '../ir/errors.ts';
import {
  type CustomAttribute,
  type CustomAttributeType,
  type CustomBody,
  type CustomInput,
  type CustomOperator,
  CustomOperators,
  type CustomOutput,
  type StandsFor,
  standsForText,
} from './definition.ts';
import { type CustomForward, readForward } from './forwards.ts';
import { type CustomRule, readRule } from './rules.ts';
import { parseShapeRule } from './shape-rule.ts';

export const OPS_FILE = 'graphwright.ops.json';
const OPS_VERSION = 1;

/** The graphwright.ops.json nearest to a model, in its folder or above; undefined where there is none. */
export function findOpsFile(modelPath: string): string | undefined {
  for (let folder = dirname(resolve(modelPath)); ; folder = dirname(folder)) {
    const path = join(folder, OPS_FILE);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The definitions for a model: those of the nearest file, then those of the files named. Throws InputError with the line. */
export function loadCustomOperators(modelPath: string, opsFiles: readonly string[]): CustomOperators {
  const nearest = findOpsFile(modelPath);
  const files = [...(nearest === undefined ? [] : [nearest]), ...opsFiles];
  const texts = files.map((file) => [readText(file), file] as const);
  return new CustomOperators(
    texts.flatMap(([text, file]) => parseOps(text, file)),
    texts.flatMap(([text, file]) => parseForwards(text, file)),
    texts.flatMap(([text, file]) => parseOpsRules(text, file).map(({ rule }) => rule)),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new InputError('file-missing', 'this operator file cannot be read', { file }, 'Check the path.');
  }
}

/** All operators of a file. */
export function parseOps(text: string, file: string): CustomOperator[] {
  const { root, reader } = parseFile(text, file);
  return distinct(entriesOf(root, 'operators', reader).map((entry) => reader.operator(entry)));
}

/** All modules of a file: the forwards of pickled ones. */
export function parseForwards(text: string, file: string): CustomForward[] {
  const { root, reader } = parseFile(text, file);
  return entriesOf(root, 'modules', reader).map((entry) =>
    readForward(entry, reader.placeOf(entry), (node, message) => reader.error(node, message)),
  );
}

/** All rewrite rules of a file. */
export function parseOpsRules(text: string, file: string): CustomRule[] {
  const { root, reader } = parseFile(text, file);
  const rules = entriesOf(root, 'rules', reader).map((entry) => ({
    entry,
    made: readRule(entry, {
      file,
      lineOf: (offset) => reader.lineOf(offset),
      error: (node, message) => reader.error(node, message),
    }),
  }));
  const names = rules.map(({ made }) => made.rule.name);
  for (const [k, { entry, made }] of rules.entries()) {
    if (names.indexOf(made.rule.name) < k) throw reader.error(entry, `there is a rule "${made.rule.name}" above`);
  }
  return rules.map(({ made }) => made);
}

function parseFile(text: string, file: string): { readonly root: JsonNode; readonly reader: EntryReader } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  const at = (offset: number) => ({ file, line: text.slice(0, offset).split('\n').length });
  if (first || !root) {
    const reason = first ? printParseErrorCode(first.error) : 'it is empty';
    throw new InputError('syntax-error', `this is not JSON with comments: ${reason}`, at(first?.offset ?? 0));
  }
  const reader = new EntryReader(file, at);
  const version = findNodeAtLocation(root, ['version']);
  if (version?.value !== OPS_VERSION) {
    throw reader.error(version ?? root, `expected "version": ${OPS_VERSION}`);
  }
  return { root, reader };
}

const LISTS = ['operators', 'modules', 'rules'] as const;

/** The entries of a list of the file, which has one of its lists at least. */
function entriesOf(root: JsonNode, key: (typeof LISTS)[number], reader: EntryReader): readonly JsonNode[] {
  const list = findNodeAtLocation(root, [key]);
  const other = LISTS.some((each) => findNodeAtLocation(root, [each]));
  if (!list && other) return [];
  if (list?.type !== 'array') throw reader.error(list ?? root, `expected a list "${key}"`);
  return list.children ?? [];
}

/** One file says each thing once: what an entry stands for, and what an operator of the result means. */
function distinct(entries: readonly CustomOperator[]): CustomOperator[] {
  entries.forEach((entry, k) => {
    for (const before of entries.slice(0, k)) {
      if (JSON.stringify(before.standsFor) === JSON.stringify(entry.standsFor))
        throw again(entry, `${standsForText(entry)} has an entry already, in line ${before.line}`);
      const same = before.domain === entry.domain && before.name === entry.name;
      if (same && JSON.stringify(before.body) !== JSON.stringify(entry.body))
        throw again(entry, `${entry.domain}::${entry.name} has another body in line ${before.line}`);
    }
  });
  return [...entries];
}

function again({ file, line }: CustomOperator, message: string): InputError {
  return new InputError('file-malformed', message, { file, line }, 'Keep one of the two entries, or rename one.');
}

/** Domains whose operators have a meaning already. */
const TAKEN_DOMAINS = new Set(['ai.onnx', 'ai.onnx.ml', 'aten', 'prim']);

const KEYS = new Set(['name', 'domain', 'for', 'inputs', 'outputs', 'attributes', 'body']);

class EntryReader {
  constructor(
    private readonly file: string,
    private readonly at: (offset: number) => { file: string; line: number },
  ) {}

  lineOf(offset: number): number {
    return this.at(offset).line;
  }

  placeOf(node: JsonNode): { readonly file: string; readonly line: number } {
    return { file: this.file, line: this.at(node.offset).line };
  }

  error(node: JsonNode, message: string): InputError {
    return new InputError(
      'file-malformed',
      message,
      this.at(node.offset),
      'The JSON schema of graphwright.ops.json describes every field.',
    );
  }

  operator(entry: JsonNode): CustomOperator {
    this.knownKeys(entry, KEYS);
    const inputs = this.list(entry, 'inputs').map((node) => this.input(node));
    const names = inputs.map((input) => input.name);
    const body = findNodeAtLocation(entry, ['body']);
    return {
      name: this.identifier(entry, 'name'),
      domain: this.domain(entry),
      standsFor: this.standsFor(entry),
      inputs,
      outputs: this.list(entry, 'outputs').map((node) => this.output(node, names)),
      attributes: this.attributes(findNodeAtLocation(entry, ['attributes'])),
      body: body && this.body(body),
      file: this.file,
      line: this.at(entry.offset).line,
    };
  }

  private domain(entry: JsonNode): string {
    const domain = this.text(entry, 'domain');
    if (!TAKEN_DOMAINS.has(domain)) return domain;
    throw this.error(entry, `the domain ${domain} has operators of its own: choose another, such as com.acme`);
  }

  private standsFor(entry: JsonNode): StandsFor {
    const node = findNodeAtLocation(entry, ['for']);
    const operator = node && findNodeAtLocation(node, ['operator']);
    const module = node && findNodeAtLocation(node, ['module']);
    const layer = node && findNodeAtLocation(node, ['layer']);
    if (typeof operator?.value === 'string') return { kind: 'operator', operator: operator.value };
    if (typeof module?.value === 'string') return { kind: 'module', className: module.value };
    if (typeof layer?.value === 'string') return { kind: 'layer', layer: layer.value };
    throw this.error(node ?? entry, 'expected "for" with "operator", "module" or "layer": what the entry stands for');
  }

  private input(node: JsonNode): CustomInput {
    if (typeof node.value === 'string') return { name: node.value, optional: false };
    return { name: this.identifier(node, 'name'), optional: findNodeAtLocation(node, ['optional'])?.value === true };
  }

  private output(node: JsonNode, inputs: readonly string[]): CustomOutput {
    const dtype = findNodeAtLocation(node, ['dtype']);
    const shape = findNodeAtLocation(node, ['shape']);
    return {
      name: this.identifier(node, 'name'),
      dtype: dtype && this.dtype(dtype, inputs),
      shape: shape && this.shape(shape, inputs),
    };
  }

  private dtype(node: JsonNode, inputs: readonly string[]): CustomOutput['dtype'] {
    const name = String(node.value);
    const input = inputs.indexOf(name);
    if (input >= 0) return { input };
    if (isDataType(name)) return name;
    throw this.error(node, `"${name}" is neither an input nor a type such as float32`);
  }

  private shape(node: JsonNode, inputs: readonly string[]): CustomOutput['shape'] {
    try {
      return parseShapeRule(getNodeValue(node), inputs);
    } catch (error) {
      throw error instanceof InputError ? this.error(node, error.message) : this.error(node, 'expected a shape rule');
    }
  }

  private attributes(node: JsonNode | undefined): CustomAttribute[] {
    return (node?.children ?? []).map((property) => {
      const [key, value] = property.children ?? [];
      if (!key || !value) throw this.error(property, 'expected a name and a description');
      const type = String(findNodeAtLocation(value, ['type'])?.value);
      const make = ATTRIBUTES[type as CustomAttributeType];
      if (!Object.hasOwn(ATTRIBUTES, type)) {
        throw this.error(value, `expected "type" to be one of ${Object.keys(ATTRIBUTES).join(', ')}`);
      }
      const otherwise = findNodeAtLocation(value, ['default']);
      return {
        name: String(key.value),
        type: type as CustomAttributeType,
        default: otherwise && this.attribute(otherwise, make),
      };
    });
  }

  private attribute(node: JsonNode, make: (value: unknown) => Attribute | undefined): Attribute {
    const made = make(getNodeValue(node));
    if (!made) throw this.error(node, 'the default does not have the type of the attribute');
    return made;
  }

  /** Text as it stands, or `file.onnxtxt#name` beside this file. */
  private body(node: JsonNode): CustomBody {
    if (typeof node.value !== 'string') throw this.error(node, 'expected "body" to be a text');
    const reference = /^([^<>{}\n]+\.onnxtxt)(?:#(\w+))?$/.exec(node.value);
    if (!reference?.[1]) return { text: node.value, file: `${this.file}[body]`, name: undefined };
    const file = resolve(dirname(this.file), reference[1]);
    return { text: readText(file), file, name: reference[2] };
  }

  private list(entry: JsonNode, key: string): readonly JsonNode[] {
    const node = findNodeAtLocation(entry, [key]);
    if (node?.type !== 'array') throw this.error(node ?? entry, `expected a list "${key}"`);
    return node.children ?? [];
  }

  private text(entry: JsonNode, key: string): string {
    const node = findNodeAtLocation(entry, [key]);
    if (typeof node?.value !== 'string' || node.value === '')
      throw this.error(node ?? entry, `expected a text "${key}"`);
    return node.value;
  }

  private identifier(entry: JsonNode, key: string): string {
    const text = this.text(entry, key);
    if (!/^[A-Za-z_]\w*$/.test(text))
      throw this.error(entry, `"${text}" is not a name: letters, digits and underscores`);
    return text;
  }

  private knownKeys(entry: JsonNode, keys: ReadonlySet<string>): void {
    for (const property of entry.children ?? []) {
      const key = property.children?.[0];
      if (key && !keys.has(String(key.value))) throw this.error(key, `"${key.value}" is not a field of an operator`);
    }
  }
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'number');
const isIntegers = (value: unknown): value is number[] => isNumbers(value) && value.every(Number.isInteger);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

const ATTRIBUTES: Readonly<Record<CustomAttributeType, (value: unknown) => Attribute | undefined>> = {
  float: (value) => (typeof value === 'number' ? float(value) : undefined),
  int: (value) => (Number.isInteger(value) ? int(value as number) : undefined),
  string: (value) => (typeof value === 'string' ? string(value) : undefined),
  floats: (value) => (isNumbers(value) ? floats(value) : undefined),
  ints: (value) => (isIntegers(value) ? ints(value) : undefined),
  strings: (value) => (isTexts(value) ? strings(value) : undefined),
  bool: (value) => (typeof value === 'boolean' ? { type: 'bool', value } : undefined),
};
