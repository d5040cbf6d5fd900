/**
 * Syntax trees to graphs. Strictly, for files: the first fault ends it. Leniently, for an editor: what can be made is made,
 * and faults are listed.
 */
import type { Attribute } from '../../ir/attribute.ts';
import { declare } from '../../ir/declarations.ts';
import { Graph } from '../../ir/graph.ts';
import { type FunctionDefinition, type Model, makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import { Value } from '../../ir/value.ts';
import { GraphLinker } from '../onnx/link.ts';
import { SparseSource } from '../onnx/sparse.ts';
import { standardDomain } from '../onnx/value-info.ts';
import { buildAttribute } from './build-attributes.ts';
import { buildConstant, buildSparse, buildType } from './build-values.ts';
import type { Building } from './building.ts';
import { FUNCTION_KEYS, type Header, MODEL_KEYS, readHeader } from './headers.ts';
import { applyNote, type Note, readNotes, tensorInfo, unknownOf } from './notes.ts';
import type {
  AttributeSyntax,
  EntrySyntax,
  FunctionSyntax,
  GraphSyntax,
  HeaderSyntax,
  NameSyntax,
  NodeSyntax,
  OperatorSyntax,
  Statement,
  TextSyntax,
} from './syntax.ts';

/** A model out of the tree of a text. */
export function buildModel(building: Building, tree: TextSyntax): Model {
  const { header: syntax } = tree;
  const header = readHeader(building, syntax, MODEL_KEYS);
  building.dialect = dialectOf(building, syntax, header);
  const linker = tree.graph ? buildGraph(building, tree.graph) : linkerOf(building, new Graph());
  const model = makeModel(building.dialect, linker.graph, {
    opsetImports: header.opset_import ?? [],
    irVersion: Number(header.ir_version ?? 0n),
    file: building.options.fileName,
  });
  model.producerName = header.producer_name ?? '';
  model.producerVersion = header.producer_version ?? '';
  model.domain = header.domain ?? '';
  model.modelVersion = header.model_version ?? 0n;
  model.doc = header.doc_string ?? '';
  model.unknown = syntax && unknownOf(notesOf(building, syntax));
  for (const [key, value] of header.metadata_props ?? []) model.metadata.set(key, value);
  linker.link();
  model.functions.push(...tree.functions.map((one) => buildFunction(building, one)));
  return model;
}

function dialectOf(building: Building, syntax: HeaderSyntax | undefined, { dialect = 'onnx' }: Header) {
  if (dialect === 'onnx' || dialect === 'aten' || dialect === 'caffe') return dialect;
  const entry = syntax?.entries.find(({ key }) => key.text === 'dialect');
  const message = `'${dialect}' is no dialect: expected onnx, aten or caffe`;
  if (syntax && entry) building.within(syntax, () => building.fault(entry, message));
  return 'onnx';
}

function notesOf(building: Building, statement: Statement): Note | undefined {
  return building.within(statement, () => readNotes(building, statement.notes));
}

/** A graph whose names are still open. */
export function buildGraph(building: Building, syntax: GraphSyntax): GraphLinker {
  const graph = new Graph(syntax.name?.text);
  applyNote(readNotes(building, syntax.notes), graph);
  const linker = linkerOf(building, graph);
  for (const entry of syntax.inputs?.items ?? []) building.within(entry, () => buildInput(building, linker, entry));
  buildRest(building, linker, syntax);
  return linker;
}

/** Outputs, values and nodes. */
function buildRest(building: Building, linker: GraphLinker, { outputs, values, nodes }: GraphSyntax): void {
  for (const entry of outputs?.items ?? []) building.within(entry, () => buildOutput(building, linker, entry));
  const later: (() => void)[] = [];
  for (const entry of values?.items ?? []) building.within(entry, () => buildValue(building, linker, entry, later));
  for (const node of nodes?.items ?? []) building.within(node, () => buildNode(building, linker, node));
  for (const describe of later) describe();
}

function linkerOf(building: Building, graph: Graph): GraphLinker {
  if (building.options.lenient) return new GraphLinker(graph);
  const { base } = building;
  // Names that do not fit are reported where the node stands, or where the graph does.
  return new GraphLinker(graph, (message, node) => {
    const { line, column = 1 } = node?.origin[0] ?? building.position(base);
    return building.errorAt({ file: building.options.fileName, line, column }, message);
  });
}

function buildInput(building: Building, linker: GraphLinker, entry: EntrySyntax): void {
  const type = entry.type && buildType(building, entry.type);
  const name = entry.name?.text ?? '';
  const value = linker.graph.addInput({ name, type });
  const note = readNotes(building, entry.notes);
  applyNote(note, value);
  defineHere(building, linker, entry.name, value);
  if (!entry.data) return;
  if (!type) building.fault(entry.name ?? entry.data, `the default of '${name}' needs a type`);
  const constant = type && buildConstant(building, type, entry.data, tensorInfo(note?.tensor, name), entry.data);
  if (constant) giveConstant(linker.graph, value, constant);
}

function buildOutput(building: Building, linker: GraphLinker, entry: EntrySyntax): void {
  const type = entry.type && buildType(building, entry.type);
  const note = readNotes(building, entry.notes);
  linker.addOutput(entry.name?.text ?? '', (value) => {
    declare(value, type, 'output');
    applyNote(note, value);
  });
}

/** `float[2] w = {1, 2}` is a constant, `float[2] y` the type of a value that a node makes: told when all nodes are there. */
function buildValue(building: Building, linker: GraphLinker, entry: EntrySyntax, later: (() => void)[]): void {
  const { name, data } = entry;
  if (!name) return;
  const note = readNotes(building, entry.notes);
  if (!entry.type) {
    if (!note) building.fault(name, `'${name.text}' needs a type`);
  } else if (data) {
    const constant = buildInitializer(building, entry, tensorInfo(note?.tensor, name.text));
    if (constant) addInitializer(building, linker, name, constant, note);
    else if (!linker.own(name.text)) {
      const value = new Value({ name: name.text, type: buildType(building, entry.type) });
      building.broken.add(value);
      defineHere(building, linker, name, value);
    }
    return;
  }
  const type = entry.type && buildType(building, entry.type);
  later.push(() => {
    const value = linker.own(name.text);
    if (!value) return;
    declare(value, type, 'value-info');
    applyNote(note, value);
  });
}

function buildInitializer(building: Building, { type, data }: EntrySyntax, info: ReturnType<typeof tensorInfo>) {
  if (!type || !data) return undefined;
  if (data.kind !== 'sparse-data') return buildConstant(building, buildType(building, type), data, info, type);
  const sparse = buildSparse(building, type, data, info);
  return sparse && new Tensor(sparse.values.dtype, sparse.dims, new SparseSource(sparse), info);
}

function addInitializer(
  building: Building,
  linker: GraphLinker,
  name: NameSyntax,
  constant: Tensor,
  note: Note | undefined,
): void {
  // No node is there yet: what has the name and no constant is an input.
  const input = linker.own(name.text);
  if (input && !input.constant && !building.broken.has(input)) giveConstant(linker.graph, input, constant);
  else {
    const value = linker.graph.addInitializer({ name: name.text, constant });
    applyNote(note, value);
    defineHere(building, linker, name, value);
  }
}

/** An input that is a constant too: its default. */
function giveConstant(graph: Graph, input: Value, constant: Tensor): void {
  input.constant = constant;
  graph.initializers.add(input);
}

function defineHere(building: Building, linker: GraphLinker, name: NameSyntax | undefined, value: Value): void {
  if (!name) return;
  if (building.options.lenient) building.values.set(value, building.place(name));
  linker.define(name.text, value);
}

function buildNode(building: Building, linker: GraphLinker, syntax: NodeSyntax): void {
  const { operator, outputs } = syntax;
  const note = readNotes(building, syntax.notes);
  const { attributes, linkers } = buildAttributes(building, syntax.attributes?.items ?? [], note);
  const node = new Node(operator?.name.text ?? '', [], {
    domain: operator ? domainOf(operator) : '',
    overload: operator?.overload?.text ?? '',
    name: syntax.label?.name.text,
    attributes,
    outputs: outputs.map((output) => ({ name: output.text })),
    origin: [building.frameAt(building.base + syntax.head)],
  });
  applyNote(note, node);
  // The statement itself is what the node is placed by.
  const { statement } = building;
  if (building.options.lenient) {
    building.nodes.set(node, { syntax, within: statement?.within });
    building.nodeOf.set(syntax, node);
  }
  linker.add(node, syntax.inputs?.names.map((input) => input.text) ?? [], linkers);
}

function domainOf({ domain }: OperatorSyntax): string {
  return domain.length === 0 ? '' : standardDomain(domain.map((word) => word.text).join('.'));
}

/** The attributes of a node or function, and the graphs in them, whose names are still open. */
interface BuiltAttributes {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly linkers: readonly GraphLinker[];
}

/** Most nodes have none. */
const NO_ATTRIBUTES: BuiltAttributes = { attributes: new Map(), linkers: [] };

function buildAttributes(
  building: Building,
  items: readonly AttributeSyntax[],
  note: Note | undefined,
): BuiltAttributes {
  if (items.length === 0) return NO_ATTRIBUTES;
  const attributes = new Map<string, Attribute>();
  const linkers: GraphLinker[] = [];
  const seen = new Set<string>();
  for (const syntax of items) {
    const name = syntax.name.text;
    if (seen.has(name)) {
      building.fault(syntax.name, `the attribute '${name}' is given twice`);
      continue;
    }
    seen.add(name);
    const built = buildAttribute(building, syntax, note?.attributes?.[name], buildGraph);
    if (!built) continue;
    attributes.set(name, built.attribute);
    linkers.push(...built.linkers);
  }
  return { attributes, linkers };
}

export function buildFunction(building: Building, syntax: FunctionSyntax): FunctionDefinition {
  return building.within(syntax, () => {
    const { graph: body } = syntax;
    const header = readHeader(building, syntax.header, FUNCTION_KEYS);
    const note = readNotes(building, syntax.notes);
    const graph = new Graph(body.name?.text);
    const linker = linkerOf(building, graph);
    const items = syntax.attributes?.items ?? [];
    const defaults = items.filter((item) => item.type || item.value);
    const { attributes: attributeDefaults } = buildAttributes(building, defaults, note);
    for (const entry of body.inputs?.items ?? []) building.within(entry, () => buildInput(building, linker, entry));
    buildRest(building, linker, body);
    linker.link();
    return {
      domain: standardDomain(header.domain ?? ''),
      name: graph.name,
      overload: header.overload ?? '',
      graph,
      opsetImports: header.opset_import ?? new Map(),
      attributes: items.filter((item) => !item.type && !item.value).map((item) => item.name.text),
      attributeDefaults,
      doc: header.doc_string,
      metadata: new Map(Object.entries(note?.metadata ?? {})),
      unknown: unknownOf(note),
    };
  });
}
