/** A NetParameter as a graph: Input layers become inputs, blob names become values, blobs become initializers. */
import { CAFFE_LAYERS } from '../../dialects/caffe/layers.ts';
import { InputError } from '../../ir/errors.ts';
import { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import type { Origin } from '../../ir/origin.ts';
import type { StaticShape } from '../../ir/shape.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { attributesOf } from './attributes.ts';
import { blobTensor } from './blob.ts';
import { type Entry, Tree } from './tree.ts';

/** Fields of a layer that are not parameters: they become names, inputs and outputs of the node. */
const STRUCTURE = new Set(['name', 'type', 'bottom', 'top', 'blobs', 'include', 'exclude']);

/**
 * Links a network as it runs (phase TEST). `weights` is the network that holds the blobs: itself, or that of the
 * .caffemodel, whose layers are found by name. Throws InputError `file-malformed`.
 */
export function linkNet(net: Tree, weights: Tree | undefined, file: string): Graph {
  return new Linker(net, weights, file).link();
}

class Linker {
  private readonly graph: Graph;
  private readonly blobs = new Map<string, Value>();
  private readonly byName = new Map<string, Tree>();

  constructor(
    private readonly net: Tree,
    weights: Tree | undefined,
    private readonly file: string,
  ) {
    this.graph = new Graph(net.string('name') ?? '');
    for (const layer of weights?.trees('layer') ?? []) {
      const name = layer.string('name') ?? '';
      // The first layer of a name that has blobs gives them, as in Caffe.
      if (!this.byName.has(name) && layer.trees('blobs').length > 0) this.byName.set(name, layer);
    }
  }

  link(): Graph {
    this.namedInputs();
    for (const entry of this.net.entries) {
      const { field, value: layer } = entry;
      if (field.name !== 'layer' || !(layer instanceof Tree) || !runs(layer)) continue;
      if (layer.string('type') === 'Input') this.inputLayer(layer);
      else this.layer(layer, entry);
    }
    const last = new Set(this.blobs.values());
    for (const value of [...this.graph.inputs, ...this.tops()]) {
      if (value.useCount === 0 && last.has(value)) this.graph.addOutput(value);
    }
    return this.graph;
  }

  private *tops(): Iterable<Value> {
    for (const node of this.graph.nodes) yield* node.outputs;
  }

  /** `input: "data"` with `input_shape` or four numbers of `input_dim`, from before there were Input layers. */
  private namedInputs(): void {
    const shapes = this.net.trees('input_shape');
    const dims = this.net.numbers('input_dim');
    this.net.strings('input').forEach((name, k) => {
      const shape = shapes[k]?.numbers('dim') ?? (dims.length >= 4 * k + 4 ? dims.slice(4 * k, 4 * k + 4) : undefined);
      this.input(name, shape);
    });
  }

  private inputLayer(layer: Tree): void {
    const shapes = layer.trees('input_param').at(-1)?.trees('shape') ?? [];
    layer.strings('top').forEach((top, k) => {
      // One shape stands for all tops.
      this.input(top, (shapes.length === 1 ? shapes[0] : shapes[k])?.numbers('dim'));
    });
  }

  private input(name: string, shape: StaticShape | undefined): void {
    this.blobs.set(name, this.graph.addInput({ name, type: tensorType('float32', shape) }));
  }

  private layer(layer: Tree, entry: Entry): void {
    const name = layer.string('name') ?? '';
    const type = layer.string('type');
    if (type === undefined) throw this.malformed(`layer ${name} has no type`, entry);
    const bottoms = layer.entries
      .filter(({ field }) => field.name === 'bottom')
      .map((each) => this.bottom(each, name, entry));
    const node = new Node(type, [...bottoms, ...this.weightsOf(layer, name, type, entry)], {
      domain: 'caffe',
      name,
      attributes: attributesOf(layer, STRUCTURE),
      outputs: layer.strings('top').map((top) => ({ name: top })),
      origin: this.origin(entry),
    });
    this.graph.nodes.append(node);
    // A top of a bottom's name stands for it from here on.
    for (const output of node.outputs) this.blobs.set(output.name ?? '', output);
  }

  private bottom(entry: Entry, layer: string, around: Entry): Value {
    const name = String(entry.value);
    const found = this.blobs.get(name);
    if (!found)
      throw this.malformed(
        `layer ${layer} reads blob ${name}, which no layer before it makes`,
        entry.line ? entry : around,
      );
    return found;
  }

  private weightsOf(layer: Tree, name: string, type: string, entry: Entry): readonly Value[] {
    const own = layer.trees('blobs');
    const blobs = own.length > 0 ? own : (this.byName.get(name)?.trees('blobs') ?? []);
    const names = CAFFE_LAYERS[type]?.blobs ?? [];
    return blobs.map((blob, k) => {
      const tensor = blobTensor(blob);
      if (!tensor)
        throw this.malformed(`blob ${k} of layer ${name} does not hold as many numbers as its shape says`, entry);
      return this.graph.addInitializer({ name: `${name}.${names[k] ?? k}`, constant: tensor });
    });
  }

  private origin({ line, column }: Entry): Origin {
    return line === undefined
      ? []
      : [{ kind: 'prototxt', file: this.file, line, ...(column !== undefined && { column }) }];
  }

  private malformed(message: string, { line, column }: Entry): InputError {
    const place = { file: this.file, ...(line !== undefined && { line }), ...(column !== undefined && { column }) };
    return new InputError('file-malformed', message, place, 'Correct the network, or fetch it again.');
  }
}

/** Whether a layer belongs to the network that is run: BVLC/caffe src/caffe/net.cpp, Net::FilterNet with phase TEST. */
function runs(layer: Tree): boolean {
  const includes = layer.trees('include');
  if (includes.length > 0) return includes.some(holds);
  return !layer.trees('exclude').some(holds);
}

/** A rule holds for phase TEST, level 0 and no stages. */
function holds(rule: Tree): boolean {
  const [least, most] = [rule.number('min_level') ?? 0, rule.number('max_level') ?? 0];
  const phase = rule.string('phase') ?? 'TEST';
  return phase === 'TEST' && least <= 0 && most >= 0 && rule.strings('stage').length === 0;
}
