/** One entry of `operators` in graphwright.ops.json. */
import { dirname, resolve } from 'node:path';
import { findNodeAtLocation, getNodeValue, type Node as JsonNode } from 'jsonc-parser';
import { type Attribute, float, floats, int, ints, string, strings } from '../ir/attribute.ts';
import { isDataType } from '../ir/dtype.ts';
import { InputError } from '../ir/errors.ts';
import type {
  CustomAttribute,
  CustomAttributeType,
  CustomBody,
  CustomInput,
  CustomOperator,
  CustomOutput,
  StandsFor,
} from './definition.ts';
import { type OpsFileError, type OpsText, readTextFile } from './ops-text.ts';
import { parseShapeRule } from './shape-rule.ts';

/** Domains whose operators have a meaning already. */
const TAKEN_DOMAINS = new Set(['ai.onnx', 'ai.onnx.ml', 'aten', 'prim']);

const KEYS = new Set(['name', 'domain', 'for', 'inputs', 'outputs', 'attributes', 'body']);

/** Reads entries of `operators`. Throws OpsFileError at what is wrong. */
export class EntryReader {
  constructor(private readonly ops: OpsText) {}

  private error(node: JsonNode, message: string): OpsFileError {
    return this.ops.error(node, message);
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
      file: this.ops.file,
      line: this.ops.lineOf(entry.offset),
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
    const python = node && findNodeAtLocation(node, ['function']);
    const module = node && findNodeAtLocation(node, ['module']);
    const layer = node && findNodeAtLocation(node, ['layer']);
    if (typeof operator?.value === 'string') return { kind: 'operator', operator: operator.value };
    if (typeof python?.value === 'string') return { kind: 'function', python: this.dotted(python) };
    if (typeof module?.value === 'string') return { kind: 'module', className: module.value };
    if (typeof layer?.value === 'string') return { kind: 'layer', layer: layer.value };
    throw this.error(
      node ?? entry,
      'expected "for" with "operator", "function", "module" or "layer": what the entry stands for',
    );
  }

  private dotted(node: JsonNode): string {
    const name = String(node.value);
    if (/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(name)) return name;
    throw this.error(node, `"${name}" is not a function with its module, such as acme.net.swish`);
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
    if (!reference?.[1]) return { text: node.value, file: `${this.ops.file}[body]`, name: undefined };
    const file = resolve(dirname(this.ops.file), reference[1]);
    return { text: readTextFile(file, 'this file of bodies'), file, name: reference[2] };
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
