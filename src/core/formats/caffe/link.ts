/** A NetParameter as a graph: Input layers become inputs, blob names become values, blobs become initializers. */
import { type CaffeVocabulary, layerFacts } from '../../dialects/caffe/vocabulary.ts';
import { nearestName, suggestionOf } from '../../dialects/onnx/spelling.ts';
import { InputError } from '../../ir/errors.ts';
import { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import type { StaticShape } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import { tensorType } from '../../ir/type.ts';
import { Value } from '../../ir/value.ts';
import { attributesOf } from './attributes.ts';
import { type Findings, originAt, placeOf } from './findings.ts';
import { counts, stateOf } from './states.ts';
import type { Entry, Tree } from './tree.ts';
import { type LayerEntry, layersOf, Weights, type WeightsFile } from './weights.ts';

/** Fields of a layer that are not parameters: they become names, inputs and outputs of the node. */
const STRUCTURE = new Set(['name', 'type', 'bottom', 'top', 'blobs', 'include', 'exclude']);

export interface Linking {
  readonly net: Tree;
  /** The file that it stands in. */
  readonly file: string;
  readonly dialect: CaffeVocabulary;
  /** The .caffemodel, whose layers are found by name; undefined where the network holds its own blobs, or none. */
  readonly weights: WeightsFile | undefined;
  /** Stages that the network is run for, beside those that it names itself. */
  readonly stages: readonly string[];
  readonly findings: Findings;
  /** Whether what is wrong with a layer is a finding too, so that the others are linked: for texts that are edited. */
  readonly lenient?: boolean;
  /** Called for every layer that counts. */
  seen(node: Node, layer: LayerEntry): void;
}

/** Links a network as it runs (phase TEST). Throws InputError `file-malformed`. */
export function linkNet(linking: Linking): Graph {
  return new Linker(linking).link();
}

class Linker {
  private readonly graph: Graph;
  private readonly blobs = new Map<string, Value>();
  private readonly weights: Weights;
  /** The blobs that a name stands for, by the layers that name them. */
  private readonly shared = new Map<string, Value>();

  constructor(private readonly given: Linking) {
    this.graph = new Graph(given.net.string('name') ?? '');
    this.weights = new Weights(given.weights, given.findings, given.dialect.reader);
  }

  link(): Graph {
    const { net, file } = this.given;
    const state = stateOf(net, this.given.stages);
    this.namedInputs();
    for (const each of layersOf(net)) {
      if (!counts(each.layer, state)) continue;
      if (each.layer.string('type') === 'Input') this.inputLayer(each);
      else this.layer(each);
    }
    this.weights.finish(file);
    const last = new Set(this.blobs.values());
    const inputs = this.given.dialect.reader.unusedInputs === 'ignored' ? [] : this.graph.inputs;
    for (const value of [...inputs, ...this.tops()]) {
      if (value.useCount === 0 && last.has(value)) this.graph.addOutput(value);
    }
    return this.graph;
  }

  private *tops(): Iterable<Value> {
    for (const node of this.graph.nodes) yield* node.outputs;
  }

  /** `input: "data"` with `input_shape` or four numbers of `input_dim`, from before there were Input layers. */
  private namedInputs(): void {
    const { net } = this.given;
    const shapes = net.trees('input_shape');
    const dims = net.numbers('input_dim');
    net.strings('input').forEach((name, k) => {
      const shape = shapes[k]?.numbers('dim') ?? (dims.length >= 4 * k + 4 ? dims.slice(4 * k, 4 * k + 4) : undefined);
      this.input(name, shape);
    });
  }

  private inputLayer({ layer }: LayerEntry): void {
    const shapes = layer.trees('input_param').at(-1)?.trees('shape') ?? [];
    layer.strings('top').forEach((top, k) => {
      // One shape stands for all tops.
      this.input(top, (shapes.length === 1 ? shapes[0] : shapes[k])?.numbers('dim'));
    });
  }

  private input(name: string, shape: StaticShape | undefined): void {
    this.blobs.set(name, this.graph.addInput({ name, type: tensorType('float32', shape) }));
  }

  private layer(each: LayerEntry): void {
    const { layer, entry } = each;
    const { file, findings } = this.given;
    const name = layer.string('name') ?? '';
    const type = layer.string('type') ?? '';
    const untyped = layer.string('type') === undefined;
    if (untyped && !this.given.lenient) throw this.malformed(`layer ${name} has no type`, entry);
    const bottoms = layer.entries
      .filter(({ field }) => field.name === 'bottom')
      .map((bottom) => this.bottom(bottom, each, name));
    const blobs = this.blobsOf(each, name);
    const node = new Node(type, [...bottoms, ...blobs], {
      domain: 'caffe',
      name,
      attributes: attributesOf(layer, STRUCTURE),
      outputs: layer.strings('top').map((top) => ({ name: top })),
      origin: originAt(placeOf(entry, file)),
    });
    this.graph.nodes.append(node);
    if (untyped) findings.add('layer-without-type', node, placeOf(entry, file), { layer: name });
    for (const output of node.outputs) this.top(node, output, bottoms, entry);
    if (layer.trees('include').length > 0 && layer.trees('exclude').length > 0)
      findings.add('rules-contradict', node, placeOf(entry, file));
    this.weights.check(node, each, file, blobs);
    this.given.seen(node, each);
  }

  private bottom(entry: Entry, { entry: around }: LayerEntry, layer: string): Value {
    const name = String(entry.value);
    const found = this.blobs.get(name);
    if (found) return found;
    const { lenient, findings, file } = this.given;
    if (!lenient)
      throw this.malformed(
        `layer ${layer} reads blob ${name}, which no layer before it makes`,
        entry.line ? entry : around,
      );
    const suggested = nearestName(name, this.blobs.keys());
    const words = { layer, value: name, ...(suggested && { suggested }), hint: suggestionOf(suggested) };
    findings.add('bottom-undefined', undefined, placeOf(entry, file), words);
    return new Value({ name });
  }

  /** A top of a bottom's name stands for it from here on. */
  private top(node: Node, output: Value, bottoms: readonly Value[], entry: Entry): void {
    const name = output.name ?? '';
    const before = this.blobs.get(name);
    const twice = before !== undefined && before.producer === node;
    if (before && (twice || !bottoms.includes(before))) {
      const other = twice ? 'it' : before.producer ? `layer ${before.producer.name}` : 'the input of that name';
      this.given.findings.add('top-redefined', node, placeOf(entry, this.given.file), { value: name, other });
    }
    this.blobs.set(name, output);
  }

  /** The blobs of a layer; one that it lacks is the one that `param { name }` calls alike in a layer before it. */
  private blobsOf({ layer, entry }: LayerEntry, name: string): readonly Value[] {
    const tensors = this.weights.tensors(layer);
    const specs = layer.trees('param').map((spec) => spec.string('name') ?? '');
    const values: Value[] = [];
    for (let k = 0; k < Math.max(tensors.length, specs.length); k++) {
      const tensor = tensors[k];
      if (k < tensors.length && !tensor)
        throw this.malformed(`blob ${k} of layer ${name} does not hold as many numbers as its shape says`, entry);
      const value = this.blob(layer, tensor, name, specs[k] ?? '', k);
      // Blobs follow each other: behind one that is not there none has a meaning.
      if (!value) break;
      values.push(value);
    }
    return values;
  }

  /** Blobs of one name are one, which the first layer that names it owns. */
  private blob(layer: Tree, tensor: Tensor | undefined, name: string, spec: string, k: number): Value | undefined {
    const known = this.shared.get(spec);
    if (known && (!tensor || sameShape(known.constant?.shape ?? [], tensor.shape))) return known;
    if (!tensor) return undefined;
    const facts = layerFacts(this.given.dialect, layer.string('type') ?? '');
    const made = this.graph.addInitializer({ name: `${name}.${facts?.blobs?.[k] ?? k}`, constant: tensor });
    if (spec !== '' && !known) this.shared.set(spec, made);
    return made;
  }

  private malformed(message: string, at: Entry): InputError {
    const place = placeOf(at, this.given.file);
    return new InputError('file-malformed', message, place, 'Correct the network, or fetch it again.');
  }
}

function sameShape(a: StaticShape, b: StaticShape): boolean {
  return a.length === b.length && a.every((size, k) => size === b[k]);
}
