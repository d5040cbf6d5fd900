/** ONNX files to graphs, for every IR version from 1 to 13. Weights stay where they are until somebody asks for them. */
import { onnx } from '../../../../generated/onnx.js';
import type { Attribute } from '../../ir/attribute.ts';
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { Graph } from '../../ir/graph.ts';
import { type FunctionDefinition, type Model, makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { decodeKeeping, type MessageType, unknownBytes } from './decode.ts';
import { type DecodedAttribute, decodeAttribute } from './decode-attribute.ts';
import { type Decoding, decodeSparse, decodeTensor, placeOf } from './decode-tensor.ts';
import { ExternalFiles, keepDataFiles } from './external.ts';
import { fromInt64, int64ToNumber } from './int64.ts';
import { GraphLinker } from './link.ts';
import { originOf, scopeOf } from './provenance.ts';
import { SparseSource } from './sparse.ts';
import { type Spine, walkModel } from './spine.ts';
import { decodeType } from './types.ts';

/** Field numbers of what is walked (proto/onnx.proto). */
const MODEL = { graph: 7, functions: 25 };
const GRAPH = { node: 1, initializer: 5, sparseInitializer: 15 };
const NODE = { attribute: 5 };
const FUNCTION = { node: 7, attributeProto: 11 };

/**
 * Reads a model. `source.name` is its path: external data is looked for below its folder. Throws InputError
 * `file-malformed`, `file-truncated`, `external-data-missing` or `external-data-outside`. `closeDataFiles` lets go of the files
 * that external data was read from.
 */
export function readOnnx(source: ByteSource): Model {
  const files = new ExternalFiles(source.name);
  const model = new Reader({ source, files }).model(walkModel(source));
  keepDataFiles(model, files);
  return model;
}

type Entries = readonly onnx.StringStringEntryProto[];

class Reader {
  constructor(private readonly decoding: Decoding) {}

  model(spine: Spine): Model {
    const proto = this.decode(onnx.ModelProto, spine);
    const [graphSpine, ...more] = spine.messages.get(MODEL.graph) ?? [];
    if (!graphSpine) throw this.malformed(spine, 'the model has no graph');
    if (more.length > 0) throw this.malformed(spine, 'the model has more than one graph');
    const linker = this.graph(graphSpine);
    linker.link();
    const irVersion = proto.irVersion ? int64ToNumber(proto.irVersion) : 0;
    const model = makeModel('onnx', linker.graph, {
      opsetImports: this.opsets(proto.opsetImport, spine),
      irVersion: irVersion ?? 0,
      file: this.decoding.source.name,
    });
    // Before IR 3 models did not name their opset: there was one.
    if (model.irVersion < 3 && model.opsetImports.size === 0) model.opsetImports.set('', 1);
    model.producerName = proto.producerName ?? '';
    model.producerVersion = proto.producerVersion ?? '';
    model.domain = proto.domain ?? '';
    model.modelVersion = proto.modelVersion ? fromInt64(proto.modelVersion) : 0n;
    model.doc = proto.docString ?? '';
    model.unknown = spine.unknown;
    fill(model.metadata, proto.metadataProps);
    for (const at of spine.messages.get(MODEL.functions) ?? []) model.functions.push(this.function(at));
    return model;
  }

  private graph(spine: Spine): GraphLinker {
    const proto = this.decode(onnx.GraphProto, spine);
    const graph = new Graph(proto.name ?? '');
    graph.doc = proto.docString ?? undefined;
    graph.unknown = spine.unknown;
    fill(graph.metadata, proto.metadataProps);
    const linker = this.linker(graph, spine);
    for (const input of proto.input) {
      const value = graph.addInput({ name: input.name ?? '' });
      describe(value, input);
      linker.define(value.name ?? '', value);
    }
    for (const at of spine.messages.get(GRAPH.initializer) ?? []) {
      this.initializer(linker, decodeTensor(at, this.decoding, 'the graph'), at);
    }
    for (const at of spine.messages.get(GRAPH.sparseInitializer) ?? []) {
      const sparse = decodeSparse(at, this.decoding, 'the graph');
      const dense = new Tensor(sparse.values.dtype, sparse.dims, new SparseSource(sparse), sparse.values.info);
      this.initializer(linker, dense, at);
    }
    for (const at of spine.messages.get(GRAPH.node) ?? []) this.node(at, linker);
    for (const output of proto.output) linker.addOutput(output.name ?? '', (value) => describe(value, output));
    this.valueInfo(linker, proto.valueInfo);
    return linker;
  }

  /** A constant of a graph; the value of an input of that name, where there is one, has it as its default. */
  private initializer(linker: GraphLinker, constant: Tensor, spine: Spine): void {
    const name = constant.info.name ?? '';
    if (name === '') throw this.malformed(spine, 'an initializer has no name');
    const input = linker.own(name);
    if (!input) {
      linker.define(name, linker.graph.addInitializer({ name, constant }));
      return;
    }
    if (input.constant) throw this.malformed(spine, `the initializer '${name}' is there twice`);
    input.constant = constant;
    input.type ??= { kind: 'tensor', dtype: constant.dtype, shape: constant.shape };
    linker.graph.initializers.add(input);
  }

  private node(spine: Spine, linker: GraphLinker): void {
    const proto = this.decode(onnx.NodeProto, spine);
    const op = proto.opType ?? '';
    const name = proto.name ?? undefined;
    const user = name ? `${op} '${name}'` : `${op} that makes '${proto.output[0] ?? ''}'`;
    if (op === '') throw this.malformed(spine, `a node has no operator${name ? ` ('${name}')` : ''}`);
    const attributes = this.attributes(spine, NODE.attribute, user);
    const metadata = new Map<string, string>();
    fill(metadata, proto.metadataProps);
    const node = new Node(op, [], {
      domain: standardDomain(proto.domain),
      overload: proto.overload ?? '',
      name,
      doc: proto.docString ?? undefined,
      attributes: attributes.map((item) => [item.name, item.attribute] as const),
      outputs: proto.output.map((output) => ({ name: output })),
      origin: originOf(metadata),
      scope: scopeOf(metadata),
    });
    for (const [key, value] of metadata) node.metadata.set(key, value);
    node.unknown = spine.unknown;
    linker.add(
      node,
      proto.input,
      attributes.flatMap((item) => item.linkers),
    );
  }

  private attributes(spine: Spine, field: number, user: string): DecodedAttribute[] {
    const seen = new Set<string>();
    return (spine.messages.get(field) ?? []).map((at) => {
      const decoded = decodeAttribute(at, this.decoding, user, (inner) => this.graph(inner));
      if (seen.has(decoded.name)) throw this.malformed(at, `${user} has the attribute '${decoded.name}' twice`);
      seen.add(decoded.name);
      return decoded;
    });
  }

  private function(spine: Spine): FunctionDefinition {
    const proto = this.decode(onnx.FunctionProto, spine);
    const name = proto.name ?? '';
    const graph = new Graph(name);
    const linker = this.linker(graph, spine);
    for (const input of proto.input) linker.define(input, graph.addInput({ name: input }));
    for (const at of spine.messages.get(FUNCTION.node) ?? []) this.node(at, linker);
    for (const output of proto.output) linker.addOutput(output);
    this.valueInfo(linker, proto.valueInfo);
    linker.link();
    const defaults = new Map<string, Attribute>();
    for (const item of this.attributes(spine, FUNCTION.attributeProto, `the function ${name}`)) {
      defaults.set(item.name, item.attribute);
    }
    const metadata = new Map<string, string>();
    fill(metadata, proto.metadataProps);
    return {
      domain: standardDomain(proto.domain),
      name,
      overload: proto.overload ?? '',
      graph,
      opsetImports: this.opsets(proto.opsetImport, spine),
      attributes: proto.attribute,
      attributeDefaults: defaults,
      doc: proto.docString ?? undefined,
      metadata,
      unknown: spine.unknown,
    };
  }

  /** What the file says about values in between. Names that nothing defines are left over from other tools. */
  private valueInfo(linker: GraphLinker, infos: readonly onnx.ValueInfoProto[]): void {
    for (const info of infos) {
      const value = linker.own(info.name ?? '');
      if (value) describe(value, info);
    }
  }

  private opsets(imports: readonly onnx.OperatorSetIdProto[], spine: Spine): Map<string, number> {
    const opsets = new Map<string, number>();
    for (const { domain, version } of imports) {
      const number = version ? int64ToNumber(version) : 0;
      if (number === undefined || number < 0)
        throw this.malformed(spine, `the opset of '${domain ?? ''}' is ${number}`);
      opsets.set(standardDomain(domain), number);
    }
    return opsets;
  }

  private linker(graph: Graph, spine: Spine): GraphLinker {
    return new GraphLinker(graph, (message) => this.malformed(spine, message));
  }

  private decode<T>(type: MessageType<T>, spine: Spine): T {
    return decodeKeeping(type, spine.small, placeOf(this.decoding, spine));
  }

  private malformed(spine: Spine, message: string): InputError {
    return new InputError(
      'file-malformed',
      message,
      placeOf(this.decoding, spine),
      'Save the model again with the tool that made it.',
    );
  }
}

/** `ai.onnx` is the long name of the standard domain. */
function standardDomain(domain: string | null): string {
  return domain === null || domain === 'ai.onnx' ? '' : domain;
}

function fill(metadata: Map<string, string>, entries: Entries): void {
  for (const { key, value } of entries) metadata.set(key ?? '', value ?? '');
}

/** Gives a value what a file says about it. A type that says more than a graph holds is kept as it is, too. */
function describe(value: Value, proto: onnx.ValueInfoProto): void {
  const decoded = proto.type ? decodeType(proto.type) : { type: undefined, saysMore: false };
  value.type ??= decoded.type;
  value.doc ??= proto.docString ?? undefined;
  fill(value.metadata, proto.metadataProps);
  const unknown = unknownBytes(proto.$unknowns);
  if (!decoded.saysMore && !unknown) return;
  value.unknown = onnx.ValueInfoProto.encode({
    ...(decoded.saysMore && { type: proto.type }),
    ...(proto.$unknowns && { $unknowns: proto.$unknowns }),
  }).finish();
}
