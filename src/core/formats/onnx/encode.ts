/** Graphs to the protobuf messages of ONNX. Small fields are encoded by protobufjs, everything that holds tensors by pieces. */
import { onnx } from '../../../../generated/onnx.js';
import type { Attribute } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import type { FunctionDefinition, Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { type EncodeGraph, encodeAttribute } from './encode-attribute.ts';
import { encodeEntries, encodeSparse, encodeTensor, type PlaceTensor } from './encode-tensor.ts';
import { encodeValueInfo } from './encode-value.ts';
import { toInt64 } from './int64.ts';
import { ValueNames } from './names.ts';
import { encodeOrigins, ORIGINS } from './origin-table.ts';
import { Pieces } from './pieces.ts';
import { provenanceOf } from './provenance.ts';
import { SparseSource } from './sparse.ts';
import { CONSTANTS_ARE_INPUTS, irVersionFor } from './versions.ts';

/** Field numbers of the messages that are put together from pieces (proto/onnx.proto). */
const MODEL = { graph: 7, functions: 25 };
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, sparseInitializer: 15 };
const NODE = { attribute: 5 };
const FUNCTION = { node: 7, attributeProto: 11, valueInfo: 12 };

/** From this IR version on functions may say the types of their values. */
const FUNCTION_TYPES = 10;

/**
 * A model as the pieces of its file. `place` says which tensors are in the data file beside it.
 * Throws where the model is not of the onnx dialect: that is a fault of the caller.
 */
export function encodeModelPieces(model: Model, place?: PlaceTensor): Pieces {
  if (model.dialect !== 'onnx') throw new TypeError(`a model of ${model.dialect} cannot be written as ONNX`);
  const irVersion = irVersionOf(model);
  const pieces = new Pieces();
  pieces.add(
    onnx.ModelProto.encode({
      irVersion: toInt64(BigInt(irVersion)),
      ...present('producerName', model.producerName),
      ...present('producerVersion', model.producerVersion),
      ...present('domain', model.domain),
      ...(model.modelVersion !== 0n && { modelVersion: toInt64(model.modelVersion) }),
      ...present('docString', model.doc),
      opsetImport: encodeOpsets(model.opsetImports),
      metadataProps: encodeEntries(model.metadata),
    }).finish(),
  );
  const file = { irVersion, place, sharesOrigins: model.graph.metadata.has(ORIGINS) };
  const names = new ValueNames(model.graph);
  const functions = model.functions.map((each) => [each, new ValueNames(each.graph)] as const);
  const encoder = new GraphEncoder(names, file);
  if (file.sharesOrigins) {
    const namesOf = new Map([[model.graph, names], ...functions.map(([{ graph }, each]) => [graph, each] as const)]);
    encoder.origins = encodeOrigins(model, namesOf);
  }
  pieces.addMessage(MODEL.graph, encoder.encode(model.graph));
  for (const [definition, own] of functions) pieces.addMessage(MODEL.functions, encodeFunction(definition, own, file));
  pieces.add(model.unknown);
  return pieces;
}

/** The IR version that the model says, or the one that its opset and functions need. */
function irVersionOf(model: Model): number {
  if (model.irVersion > 0) return model.irVersion;
  const functions = model.functions.some((definition) => definition.overload !== '') ? 10 : model.functions.length && 8;
  return Math.max(irVersionFor(model.opsetImports.get('') ?? 1), functions);
}

function encodeOpsets(opsets: ReadonlyMap<string, number>): onnx.OperatorSetIdProto.$Properties[] {
  return Array.from(opsets, ([domain, version]) => ({ domain, version: toInt64(BigInt(version)) }));
}

/** Texts that are empty are left out. */
function present<K extends string>(key: K, text: string | undefined): { [P in K]?: string } {
  return text ? ({ [key]: text } as { [P in K]: string }) : {};
}

/** What holds for all graphs of a file. */
interface FileOptions {
  readonly irVersion: number;
  readonly place: PlaceTensor | undefined;
  /** Whether nodes say where they came from in one table, not each by itself. */
  readonly sharesOrigins: boolean;
}

/** Encodes a graph and the graphs within, under one set of names. */
class GraphEncoder {
  /** The table in the place of the one that the graph has. */
  origins: string | undefined;

  constructor(
    private readonly names: ValueNames,
    private readonly file: FileOptions,
  ) {}

  encode(graph: Graph): Pieces {
    const pieces = new Pieces();
    for (const node of graph.nodes) pieces.addMessage(GRAPH.node, this.encodeNode(node));
    pieces.add(
      onnx.GraphProto.encode({
        name: graph.name,
        ...present('docString', graph.doc),
        metadataProps: encodeEntries(this.metadataOf(graph)),
      }).finish(),
    );
    for (const value of graph.initializers) this.addInitializer(pieces, value);
    for (const value of this.inputsOf(graph)) this.addValueInfo(pieces, GRAPH.input, value);
    for (const value of graph.outputs) this.addValueInfo(pieces, GRAPH.output, value);
    for (const value of this.typedBetween(graph)) this.addValueInfo(pieces, GRAPH.valueInfo, value);
    pieces.add(graph.unknown);
    return pieces;
  }

  encodeNode(node: Node): Pieces {
    const pieces = new Pieces();
    pieces.add(
      onnx.NodeProto.encode({
        input: node.inputs.map((value) => this.names.of(value)),
        output: node.outputs.map((value) => this.names.of(value)),
        ...(node.name !== undefined && { name: node.name }),
        opType: node.op,
        ...present('docString', node.doc),
        ...present('domain', node.domain),
        ...present('overload', node.overload),
        metadataProps: encodeEntries(this.file.sharesOrigins ? node.metadata : provenanceOf(node)),
      }).finish(),
    );
    for (const [name, attribute] of node.attributes) {
      pieces.addMessage(NODE.attribute, this.encodeAttribute(name, attribute, node.operator));
    }
    pieces.add(node.unknown);
    return pieces;
  }

  encodeAttribute(name: string, attribute: Attribute, operator: string): Pieces {
    const inner: EncodeGraph = (graph) => this.encode(graph);
    return encodeAttribute(name, attribute, operator, inner);
  }

  private *metadataOf({ metadata, parent }: Graph): Iterable<readonly [string, string]> {
    for (const [key, text] of metadata) if (key !== ORIGINS) yield [key, text];
    if (this.origins !== undefined && !parent) yield [ORIGINS, this.origins];
  }

  addValueInfo(pieces: Pieces, field: number, value: Value): void {
    const info = new Pieces();
    info.add(encodeValueInfo(this.names.of(value), value));
    pieces.addMessage(field, info);
  }

  /** Old IR versions want every constant of the graph among its inputs. */
  private *inputsOf(graph: Graph): Iterable<Value> {
    yield* graph.inputs;
    if (this.file.irVersion > CONSTANTS_ARE_INPUTS || graph.parent) return;
    const inputs = new Set(graph.inputs);
    for (const value of graph.initializers) if (!inputs.has(value)) yield value;
  }

  /** Values that nodes make and that are no outputs, where anything is known about them. */
  *typedBetween(graph: Graph): Iterable<Value> {
    const outputs = new Set(graph.outputs);
    for (const node of graph.nodes) {
      for (const value of node.outputs) {
        const known = value.type || value.doc || value.metadata.size > 0 || value.unknown;
        if (known && !outputs.has(value) && this.names.of(value) !== '') yield value;
      }
    }
  }

  private addInitializer(pieces: Pieces, value: Value): void {
    const { constant } = value;
    if (!constant) throw new Error(`the constant '${value.name ?? ''}' has no elements`);
    const name = this.names.of(value);
    if (constant.source instanceof SparseSource) {
      pieces.addMessage(GRAPH.sparseInitializer, encodeSparse(constant.source.sparse, name));
    } else {
      pieces.addMessage(GRAPH.initializer, encodeTensor(constant, name, this.file.place));
    }
  }
}

function encodeFunction(definition: FunctionDefinition, names: ValueNames, file: FileOptions): Pieces {
  const { graph } = definition;
  const encoder = new GraphEncoder(names, file);
  const pieces = new Pieces();
  pieces.add(
    onnx.FunctionProto.encode({
      name: definition.name,
      input: graph.inputs.map((value) => names.of(value)),
      output: graph.outputs.map((value) => names.of(value)),
      attribute: [...definition.attributes],
      ...present('docString', definition.doc),
      opsetImport: encodeOpsets(definition.opsetImports),
      domain: definition.domain,
      ...present('overload', definition.overload),
      metadataProps: encodeEntries(definition.metadata),
    }).finish(),
  );
  for (const [name, attribute] of definition.attributeDefaults) {
    pieces.addMessage(FUNCTION.attributeProto, encoder.encodeAttribute(name, attribute, definition.name));
  }
  // Functions have no place for constants outside of nodes.
  for (const value of graph.initializers) pieces.addMessage(FUNCTION.node, encodeConstant(names.of(value), value));
  for (const node of graph.nodes) pieces.addMessage(FUNCTION.node, encoder.encodeNode(node));
  if (file.irVersion >= FUNCTION_TYPES) {
    const typed = new Set([...graph.inputs, ...graph.outputs].filter((value) => value.type));
    for (const value of [...typed, ...encoder.typedBetween(graph)]) {
      encoder.addValueInfo(pieces, FUNCTION.valueInfo, value);
    }
  }
  pieces.add(definition.unknown);
  return pieces;
}

function encodeConstant(name: string, { constant }: Value): Pieces {
  if (!constant) throw new Error(`the constant '${name}' has no elements`);
  const pieces = new Pieces();
  pieces.add(onnx.NodeProto.encode({ output: [name], opType: 'Constant' }).finish());
  const value: Attribute = { type: 'tensor', value: constant };
  pieces.addMessage(
    NODE.attribute,
    encodeAttribute('value', value, 'Constant', () => new Pieces()),
  );
  return pieces;
}
