/** ONNX text to graphs: models, graphs, functions and nodes (onnx docs/Syntax.md and defs/parser.cc of onnx 1.23). */
import type { Attribute } from '../../ir/attribute.ts';
import type { InputError } from '../../ir/errors.ts';
import { Graph } from '../../ir/graph.ts';
import { type Dialect, type FunctionDefinition, type Model, makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { ExternalFiles, keepDataFiles } from '../onnx/external.ts';
import { GraphLinker, type LinkFailure } from '../onnx/link.ts';
import { type ParsedAttribute, type Parsing, parseAttributeValue } from './parse-attributes.ts';
import { atType, parsePairs, parseTensorData, parseType } from './parse-types.ts';
import { Scanner, type Token } from './scanner.ts';

/**
 * Parses a model. `fileName` is for messages and origins; data in other files is looked for beside it. A header may name
 * its `dialect` ("aten", "caffe"), which the printer writes for models that are not ONNX.
 * Throws InputError `syntax-error` with line and column.
 */
export function parseModel(text: string, fileName: string): Model {
  const scanner = new Scanner(text, fileName);
  const header = scanner.at('<') ? parseHeader(scanner, MODEL_KEYS) : {};
  const parsing: Parsing = { scanner, files: new ExternalFiles(fileName), dialect: dialectOf(header, scanner) };
  const linker = parseGraphOf(parsing);
  const model = makeModel(parsing.dialect, linker.graph, {
    opsetImports: header.opset_import ?? [],
    irVersion: Number(header.ir_version ?? 0n),
    file: fileName,
  });
  model.producerName = header.producer_name ?? '';
  model.producerVersion = header.producer_version ?? '';
  model.domain = header.domain ?? '';
  model.modelVersion = header.model_version ?? 0n;
  model.doc = header.doc_string ?? '';
  for (const [key, value] of header.metadata_props ?? []) model.metadata.set(key, value);
  linker.link();
  keepDataFiles(model, parsing.files);
  model.functions.push(...parseRestAsFunctions(parsing));
  return model;
}

/** Parses one graph, without the header of a model. */
export function parseGraph(text: string, fileName: string, dialect: Dialect = 'onnx'): Graph {
  const scanner = new Scanner(text, fileName);
  const linker = parseGraphOf({ scanner, files: new ExternalFiles(fileName), dialect });
  if (scanner.peek().kind !== 'end') throw scanner.error('expected the end of the graph');
  linker.link();
  return linker.graph;
}

/** Parses the functions of a text that holds nothing else, such as the bodies of custom operators. */
export function parseFunctions(text: string, fileName: string): FunctionDefinition[] {
  const scanner = new Scanner(text, fileName);
  return parseRestAsFunctions({ scanner, files: new ExternalFiles(fileName), dialect: 'onnx' });
}

function parseRestAsFunctions(parsing: Parsing): FunctionDefinition[] {
  const functions: FunctionDefinition[] = [];
  while (parsing.scanner.peek().kind !== 'end') functions.push(parseFunction(parsing));
  return functions;
}

interface Header {
  ir_version?: bigint;
  opset_import?: Map<string, number>;
  producer_name?: string;
  producer_version?: string;
  domain?: string;
  model_version?: bigint;
  doc_string?: string;
  metadata_props?: Map<string, string>;
  dialect?: string;
  overload?: string;
}

type HeaderKeys = { readonly [K in keyof Header]?: (scanner: Scanner) => NonNullable<Header[K]> };

const text = (scanner: Scanner) => scanner.string('a text');
const integer = (scanner: Scanner) => scanner.integer('a number');

const MODEL_KEYS: HeaderKeys = {
  ir_version: integer,
  opset_import: parseOpsets,
  producer_name: text,
  producer_version: text,
  domain: text,
  model_version: integer,
  doc_string: text,
  metadata_props: parsePairs,
  dialect: text,
};

const FUNCTION_KEYS: HeaderKeys = {
  opset_import: parseOpsets,
  domain: text,
  doc_string: text,
  overload: text,
};

function parseHeader(scanner: Scanner, keys: HeaderKeys): Header {
  const header: Record<string, unknown> = {};
  scanner.list('<', '>', () => {
    const token = scanner.peek();
    const key = scanner.word('a key');
    const parse = Object.hasOwn(keys, key) ? keys[key as keyof Header] : undefined;
    if (!parse) throw scanner.error(`expected one of ${Object.keys(keys).join(', ')}`, token);
    scanner.expect(':');
    header[key] = parse(scanner);
  });
  return header;
}

function parseOpsets(scanner: Scanner): Map<string, number> {
  const opsets = new Map<string, number>();
  scanner.list('[', ']', () => {
    const domain = scanner.string('a domain');
    scanner.expect(':');
    opsets.set(standardDomain(domain), Number(scanner.integer('a version')));
  });
  return opsets;
}

/** `ai.onnx` is the long name of the standard domain. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function dialectOf(header: Header, scanner: Scanner): Dialect {
  const dialect = header.dialect ?? 'onnx';
  if (dialect === 'onnx' || dialect === 'aten' || dialect === 'caffe') return dialect;
  throw scanner.errorAt(`'${dialect}' is no dialect: expected onnx, aten or caffe`, { line: 1, column: 1 });
}

function parseGraphOf(parsing: Parsing): GraphLinker {
  const { scanner } = parsing;
  const graph = new Graph(scanner.name('the name of a graph'));
  const linker = new GraphLinker(graph, failureIn(parsing));
  if (scanner.at('(')) scanner.list('(', ')', () => parseInput(parsing, linker));
  scanner.expect('=>');
  scanner.list('(', ')', () => {
    const { name, type } = parseTyped(scanner);
    linker.addOutput(name, (value) => {
      value.type ??= type;
    });
  });
  const types = parseValueInfo(parsing, linker);
  parseNodes(parsing, linker);
  applyTypes(types, linker);
  return linker;
}

/** A name with a type where one stands before it. */
function parseTyped(scanner: Scanner): { at: Token; name: string; type: ValueType | undefined } {
  const at = scanner.peek();
  const type = atType(scanner) ? parseType(scanner) : undefined;
  return { at, name: scanner.name('the name of a value'), type };
}

/** An input, with its default where one follows. */
function parseInput(parsing: Parsing, linker: GraphLinker): void {
  const { at, name, type } = parseTyped(parsing.scanner);
  const value = linker.graph.addInput({ name, type });
  linker.define(name, value);
  if (!parsing.scanner.take('=')) return;
  if (!type) throw parsing.scanner.errorAt(`the default of '${name}' needs a type`, at);
  giveConstant(linker.graph, value, parseTensorData(parsing.scanner, type, { name }, parsing.files, at));
}

/** `<float[2] w = {1, 2}, float[2] y>`: constants, and types of values that nodes make. */
function parseValueInfo(parsing: Parsing, linker: GraphLinker): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  if (!parsing.scanner.at('<')) return types;
  parsing.scanner.list('<', '>', () => {
    const { at, name, type } = parseTyped(parsing.scanner);
    if (!type) throw parsing.scanner.errorAt(`'${name}' needs a type`, at);
    if (!parsing.scanner.take('=')) {
      types.set(name, type);
      return;
    }
    const constant = parseTensorData(parsing.scanner, type, { name }, parsing.files, at);
    const input = linker.own(name);
    if (input && !input.constant) giveConstant(linker.graph, input, constant);
    else linker.define(name, linker.graph.addInitializer({ name, type, constant }));
  });
  return types;
}

/** An input that is a constant too: its default. */
function giveConstant(graph: Graph, input: Value, constant: Tensor): void {
  input.constant = constant;
  graph.initializers.add(input);
}

function applyTypes(types: ReadonlyMap<string, ValueType>, linker: GraphLinker): void {
  for (const [name, type] of types) {
    const value = linker.own(name);
    if (value) value.type ??= type;
  }
}

function parseNodes(parsing: Parsing, linker: GraphLinker): void {
  parsing.scanner.expect('{');
  while (!parsing.scanner.take('}')) parseNode(parsing, linker);
}

function parseNode(parsing: Parsing, linker: GraphLinker): void {
  const { scanner } = parsing;
  const { line, column } = scanner.peek();
  const name = scanner.take('[') ? parseLabel(scanner) : undefined;
  const outputs = parseNames(scanner, '=');
  scanner.expect('=');
  const { domain, op, overload } = parseOperator(scanner);
  let attributes = parseAttributes(parsing);
  scanner.expect('(');
  const inputs = parseNames(scanner, ')');
  scanner.expect(')');
  if (attributes.size === 0) attributes = parseAttributes(parsing);
  const node = new Node(op, [], {
    domain,
    overload,
    name,
    attributes: [...attributes].map(([key, { attribute }]) => [key, attribute] as const),
    outputs: outputs.map((output) => ({ name: output })),
    origin: [{ kind: 'onnxtxt', file: scanner.fileName, line, column }],
  });
  const subgraphs = [...attributes.values()].flatMap((attribute) => attribute.linkers);
  linker.add(node, inputs, subgraphs);
}

function parseLabel(scanner: Scanner): string {
  const name = scanner.at(']') ? '' : scanner.name('the name of a node');
  scanner.expect(']');
  return name;
}

/** Names with commas between them up to `end`; `""` or nothing before a comma is an absent one. */
function parseNames(scanner: Scanner, end: string): string[] {
  const names: string[] = [];
  while (!scanner.at(end)) {
    names.push(scanner.at(',') ? '' : scanner.name('the name of a value'));
    if (!scanner.take(',')) break;
  }
  return names;
}

/** `Conv`, `com.acme.Swish`, `aten.add:Tensor` */
function parseOperator(scanner: Scanner): { domain: string; op: string; overload: string } {
  const words = [scanner.name('an operator')];
  while (scanner.take('.')) words.push(scanner.name('an operator'));
  const op = words.pop() ?? '';
  const overload = scanner.take(':') ? scanner.name('an overload') : '';
  return { domain: standardDomain(words.join('.')), op, overload };
}

function parseAttributes(parsing: Parsing): Map<string, ParsedAttribute> {
  const { scanner } = parsing;
  const attributes = new Map<string, ParsedAttribute>();
  if (!scanner.at('<')) return attributes;
  scanner.list('<', '>', () => {
    const token = scanner.peek();
    const name = scanner.name('the name of an attribute');
    if (attributes.has(name)) throw scanner.errorAt(`the attribute '${name}' is given twice`, token);
    attributes.set(name, parseAttributeValue(parsing, parseGraphOf));
  });
  return attributes;
}

function parseFunction(parsing: Parsing): FunctionDefinition {
  const { scanner } = parsing;
  const header = scanner.at('<') ? parseHeader(scanner, FUNCTION_KEYS) : {};
  const name = scanner.name('the name of a function');
  const graph = new Graph(name);
  const linker = new GraphLinker(graph, failureIn(parsing));
  const attributes: string[] = [];
  const defaults = new Map<string, Attribute>();
  if (scanner.at('<')) {
    scanner.list('<', '>', () => {
      const attribute = scanner.name('the name of an attribute');
      if (!scanner.at(':') && !scanner.at('=')) attributes.push(attribute);
      else defaults.set(attribute, parseAttributeValue(parsing, parseGraphOf).attribute);
    });
  }
  const types = new Map<string, ValueType>();
  scanner.list('(', ')', () => {
    const { name: input, type } = parseTyped(scanner);
    linker.define(input, graph.addInput({ name: input, type }));
  });
  scanner.expect('=>');
  scanner.list('(', ')', () => {
    const { name: output, type } = parseTyped(scanner);
    linker.addOutput(output, (value: Value) => {
      value.type ??= type;
    });
  });
  if (scanner.at('<')) {
    scanner.list('<', '>', () => {
      const { name: value, type } = parseTyped(scanner);
      if (type) types.set(value, type);
    });
  }
  parseNodes(parsing, linker);
  applyTypes(types, linker);
  linker.link();
  return {
    domain: standardDomain(header.domain ?? ''),
    name,
    overload: header.overload ?? '',
    graph,
    opsetImports: header.opset_import ?? new Map(),
    attributes,
    attributeDefaults: defaults,
    doc: header.doc_string,
    metadata: new Map(),
  };
}

/** Names that do not fit are reported where the node stands, or where reading has come to. */
function failureIn({ scanner }: Parsing): LinkFailure {
  return (message: string, node: Node | undefined): InputError => {
    const frame = node?.origin[0];
    const { line, column } = scanner.peek();
    return scanner.errorAt(message, { line: frame?.line ?? line, column: frame?.column ?? column });
  };
}
