/** ONNX files to graphs, for every IR version from 1 to 14. Weights stay where they are until somebody asks for them. */
import { onnx } from '../../../../generated/onnx.js';
import type { Attribute } from '../../ir/attribute.ts';
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { Graph } from '../../ir/graph.ts';
import { type FunctionDefinition, type Model, makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import { Value } from '../../ir/value.ts';
import type { ProblemCode } from '../../problems/codes.ts';
import type { Part } from '../../problems/part.ts';
import type { Problem } from '../../problems/problem.ts';
import { decodeKeeping, type MessageType } from './decode.ts';
import { type DecodedAttribute, decodeAttribute } from './decode-attribute.ts';
import { type Decoding, decodeSparse, decodeTensor, placeOf, tensorName } from './decode-tensor.ts';
import { ExternalFiles, keepDataFiles } from './external.ts';
import { attempt, Faults } from './faults.ts';
import { missingInType } from './faults-in-fields.ts';
import { fromInt64, int64ToNumber } from './int64.ts';
import { GraphLinker } from './link.ts';
import { handOutOrigins } from './origin-table.ts';
import { ProvenanceReader } from './read-provenance.ts';
import { SparseSource } from './sparse.ts';
import { type Spine, walkModel, walkTensor } from './spine.ts';
import { describe, fill, noteOpenType, noteType, standardDomain } from './value-info.ts';

/** Field numbers of what is walked (proto/onnx.proto). */
const MODEL = { graph: 7, functions: 25 };
const GRAPH = { node: 1, initializer: 5, sparseInitializer: 15 };
const NODE = { attribute: 5 };
const FUNCTION = { node: 7, attributeProto: 11 };
const SPARSE_VALUES = 1;

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

/** Reads a file that holds one tensor, as ONNX stores inputs and outputs of tests. Throws InputError as `readOnnx` does. */
export function readTensorFile(source: ByteSource): Tensor {
  return decodeTensor(walkTensor(source), { source, files: new ExternalFiles(source.name) }, 'the file');
}

/** A model as far as it can be read, what is wrong with its file, and nodes of which not everything could be read. */
export interface LenientModel {
  readonly model: Model;
  readonly problems: readonly Problem[];
  readonly told: ReadonlySet<Node>;
}

/**
 * As `readOnnx`, but reads on behind a fault, tells each as a problem with its byte, and links names leniently (link.ts):
 * for the checker, which says the rest. Throws InputError only where the bytes are no protobuf message.
 */
export function readOnnxLeniently(source: ByteSource): LenientModel {
  const faults = new Faults();
  const files = new ExternalFiles(source.name, (location, tensor) => {
    faults.report('external-data-linked', { tensor, location }, { file: source.name, inside: tensor });
  });
  const tooDeep = (offset: number, message: string) =>
    faults.report('invalid-model', { reason: message }, { file: source.name, offset }, { kind: 'header' });
  const model = new Reader({ source, files, faults }).model(walkModel(source, tooDeep));
  keepDataFiles(model, files);
  return { model, problems: faults.problems, told: faults.told };
}

class Reader {
  private readonly faults: Faults | undefined;
  private readonly provenance = new ProvenanceReader();

  constructor(private readonly decoding: Decoding) {
    this.faults = decoding.faults;
  }

  model(spine: Spine): Model {
    const proto = this.decode(onnx.ModelProto, spine);
    const [graphSpine, ...more] = spine.messages.get(MODEL.graph) ?? [];
    if (!graphSpine) this.refuse('invalid-model', spine, 'the model has no graph');
    if (more.length > 0) this.refuse('invalid-model', spine, 'the model has more than one graph');
    const linker = graphSpine ? this.graph(graphSpine, true) : this.linker(new Graph('none'), spine);
    linker.link();
    const irVersion = (proto.irVersion ? int64ToNumber(proto.irVersion) : 0) ?? 0;
    const model = makeModel('onnx', linker.graph, {
      opsetImports: this.opsets(proto.opsetImport, spine, 'The model'),
      irVersion,
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
    if (model.metadata.size < proto.metadataProps.length) {
      this.note('invalid-model', spine, { reason: 'its metadata has a key twice' }, { kind: 'header' });
    }
    if (irVersion > 0 && irVersion < 3 && proto.opsetImport.length > 0) {
      const reason = `The model is of IR version ${irVersion}, which does not know imports of opsets`;
      this.note('ir-version', spine, { reason }, { kind: 'header' });
    }
    for (const at of spine.messages.get(MODEL.functions) ?? []) {
      const definition = attempt(this.faults, () => this.function(at), nothing, 'invalid-model');
      if (definition) model.functions.push(definition);
    }
    handOutOrigins(model);
    return model;
  }

  /** `isMain`: the inputs and outputs of the model itself have to say their types. */
  private graph(spine: Spine, isMain = false): GraphLinker {
    const proto = this.decode(onnx.GraphProto, spine);
    const graph = new Graph(proto.name ?? '');
    graph.doc = proto.docString ?? undefined;
    graph.unknown = spine.unknown;
    fill(graph.metadata, proto.metadataProps);
    const linker = this.linker(graph, spine);
    const place = placeOf(this.decoding, spine);
    const tensor = (at: Spine) => decodeTensor(at, this.decoding, 'the graph');
    const sparse = (at: Spine) => {
      const found = decodeSparse(at, this.decoding, 'the graph');
      return new Tensor(found.values.dtype, found.dims, new SparseSource(found), found.values.info);
    };
    const noteDeclared = (info: onnx.ValueInfoProto, role: 'input' | 'output') => {
      noteType(this.faults, info, undefined, role, graph.name, place);
      if (!isMain) noteOpenType(this.faults, info, role, graph.name, place);
    };
    for (const input of proto.input) {
      const value = graph.addInput({ name: input.name ?? '' });
      describe(value, input, 'input');
      linker.define(value.name ?? '', value);
      noteDeclared(input, 'input');
    }
    for (const at of spine.messages.get(GRAPH.initializer) ?? []) this.initializer(linker, at, () => tensor(at));
    for (const at of spine.messages.get(GRAPH.sparseInitializer) ?? []) this.initializer(linker, at, () => sparse(at));
    for (const at of spine.messages.get(GRAPH.node) ?? []) {
      attempt(this.faults, () => this.node(at, linker), nothing, 'node-malformed');
    }
    for (const output of proto.output) {
      noteDeclared(output, 'output');
      this.alsoWithin(linker, output);
      linker.addOutput(output.name ?? '', (value) => {
        // A type that only the values in between say does not count for an output of the model.
        const what = isMain && value.type ? missingInType(output.type) : undefined;
        const part = { kind: 'value', name: output.name ?? '', role: 'output', graph: graph.name } as const;
        if (what) this.note('type-missing', spine, { role: 'output of the model', value: part.name, what }, part);
        describe(value, output, 'output');
      });
    }
    this.valueInfo(linker, proto.valueInfo, spine);
    return linker;
  }

  /** A constant of a graph; the value of an input of that name, where there is one, has it as its default. */
  private initializer(linker: GraphLinker, spine: Spine, decode: () => Tensor): void {
    const known = tensorName(spine.messages.get(SPARSE_VALUES)?.[0] ?? spine);
    const part = { kind: 'value', name: known, role: 'initializer', graph: linker.graph.name } as const;
    const constant = attempt(this.faults, decode, nothing, 'tensor-malformed', part);
    if (!constant) {
      if (linker.own(known)) return;
      const value = new Value({ name: known });
      linker.graph.initializers.add(value);
      linker.define(known, value);
      return;
    }
    const name = constant.info.name ?? '';
    if (name === '' && !this.faults) throw this.malformed(spine, 'an initializer has no name');
    const input = linker.own(name);
    if (!input || (this.faults && input.constant)) {
      linker.define(name, linker.graph.addInitializer({ name, constant, ...this.typeOfSparse(constant) }));
      return;
    }
    if (input.constant) throw this.malformed(spine, `the initializer '${name}' is there twice`);
    input.constant = constant;
    // To the checker an input that does not say its type has none.
    if (!this.faults) input.type ??= { kind: 'tensor', dtype: constant.dtype, shape: constant.shape };
    linker.graph.initializers.add(input);
  }

  /** To ONNX a sparse constant is of a sparse type, which few operators take. */
  private typeOfSparse({ source, dtype, shape }: Tensor) {
    return this.faults && source instanceof SparseSource && { type: { kind: 'sparse-tensor', dtype, shape } as const };
  }

  private node(spine: Spine, linker: GraphLinker): void {
    const proto = this.decode(onnx.NodeProto, spine);
    const op = proto.opType ?? '';
    const name = proto.name ?? undefined;
    const user = name ? `${op} '${name}'` : `${op} that makes '${proto.output[0] ?? ''}'`;
    if (op === '' && !this.faults) throw this.malformed(spine, `a node has no operator${name ? ` ('${name}')` : ''}`);
    const attributes = this.attributes(spine, NODE.attribute, user);
    const faulty = attributes.length < (spine.messages.get(NODE.attribute) ?? []).length;
    if (proto.domain === 'ai.onnx') {
      const reason = `${user} names the domain 'ai.onnx', which nodes of files write as the empty text`;
      this.note('node-malformed', spine, { reason }, { kind: 'operator' });
    }
    const metadata = new Map<string, string>();
    fill(metadata, proto.metadataProps);
    const node = new Node(op, [], {
      domain: standardDomain(proto.domain),
      overload: proto.overload ?? '',
      name,
      doc: proto.docString ?? undefined,
      attributes: attributes.map((item) => [item.name, item.attribute] as const),
      outputs: proto.output.map((output) => ({ name: output })),
      origin: this.provenance.originOf(metadata),
      scope: this.provenance.scopeOf(metadata),
    });
    for (const [key, value] of metadata) node.metadata.set(key, value);
    node.unknown = spine.unknown;
    if (faulty) this.faults?.told.add(node);
    linker.add(
      node,
      proto.input,
      attributes.flatMap((item) => item.linkers),
    );
  }

  private attributes(spine: Spine, field: number, user: string): DecodedAttribute[] {
    const seen = new Set<string>();
    return (spine.messages.get(field) ?? []).flatMap((at) => {
      const decode = (): DecodedAttribute => {
        const decoded = decodeAttribute(at, this.decoding, user, (inner) => this.graph(inner));
        const { name } = decoded;
        if (seen.has(name)) throw this.malformed(at, `${user} has the attribute '${name}' twice`);
        if (name === '' && this.faults) throw this.malformed(at, `an attribute of ${user} has no name`);
        seen.add(name);
        return decoded;
      };
      return attempt(this.faults, decode, nothing, 'attribute-malformed') ?? [];
    });
  }

  private function(spine: Spine): FunctionDefinition {
    const proto = this.decode(onnx.FunctionProto, spine);
    const name = proto.name ?? '';
    if (proto.domain === null) {
      const key = { domain: '', name, overload: proto.overload ?? '' };
      const details = { function: name, reason: 'has no domain' };
      this.note('function-malformed', spine, details, { kind: 'function', function: key });
    }
    const graph = new Graph(name);
    const linker = this.linker(graph, spine);
    for (const input of proto.input) linker.define(input, graph.addInput({ name: input }));
    for (const at of spine.messages.get(FUNCTION.node) ?? []) {
      attempt(this.faults, () => this.node(at, linker), nothing, 'node-malformed');
    }
    for (const output of proto.output) linker.addOutput(output);
    this.valueInfo(linker, proto.valueInfo, spine);
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
      opsetImports: this.opsets(proto.opsetImport, spine, `The function ${name}`),
      attributes: proto.attribute,
      attributeDefaults: defaults,
      doc: proto.docString ?? undefined,
      metadata,
      unknown: spine.unknown,
    };
  }

  /** What the file says about values in between. Names that nothing defines are left over from other tools. */
  private valueInfo(linker: GraphLinker, infos: readonly onnx.ValueInfoProto[], spine: Spine): void {
    for (const info of infos) {
      this.alsoWithin(linker, info);
      const value = linker.own(info.name ?? '');
      if (!value) continue;
      noteType(this.faults, info, value, 'value-info', linker.graph.name, placeOf(this.decoding, spine));
      describe(value, info, 'value-info');
    }
  }

  /** What a graph declares holds of values in the graphs within that have the same name and say nothing themselves. */
  private alsoWithin(linker: GraphLinker, info: onnx.ValueInfoProto): void {
    if (this.faults) linker.declareWithin(info.name ?? '', (value) => describe(value, info, 'value-info'));
  }

  private opsets(imports: readonly onnx.OperatorSetIdProto[], spine: Spine, importer: string): Map<string, number> {
    const opsets = new Map<string, number>();
    for (const { domain, version } of imports) {
      const number = version ? int64ToNumber(version) : 0;
      if (!this.faults && (number === undefined || number < 0))
        throw this.malformed(spine, `the opset of '${domain ?? ''}' is ${number}`);
      const before = opsets.get(standardDomain(domain));
      if (before !== undefined && before !== number) {
        const details = { importer, domain: domain || 'ai.onnx', version: `${before}`, other: `${number}` };
        // Which one its operators mean is open.
        if (!this.faults)
          throw this.malformed(spine, `${importer} imports two versions of ${details.domain}, ${before} and ${number}`);
        this.note('opset-conflict', spine, details, { kind: 'opset-import', domain: standardDomain(domain) });
      }
      // The checker knows no version as large as one beyond 2^53 is.
      opsets.set(standardDomain(domain), number ?? Number.MAX_SAFE_INTEGER);
    }
    return opsets;
  }

  private linker(graph: Graph, spine: Spine): GraphLinker {
    return new GraphLinker(graph, this.faults ? undefined : (message) => this.malformed(spine, message));
  }

  /** Tells a fault that strict reading takes. */
  private note(code: ProblemCode, spine: Spine, details: Readonly<Record<string, string>>, part: Part): void {
    this.faults?.report(code, details, placeOf(this.decoding, spine), part);
  }

  /** Ends strict reading; lenient reading goes on. */
  private refuse(code: ProblemCode, spine: Spine, message: string): void {
    if (!this.faults) throw this.malformed(spine, message);
    this.faults.add(this.malformed(spine, message), code, { kind: 'header' });
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

function nothing(): undefined {}
