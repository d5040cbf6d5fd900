/** A layer that another framework says in other words: what rules read of it, and how they put others in its place. */
import { fieldAt } from '../../dialects/caffe/schema.ts';
import { schemaFor } from '../../formats/caffe/dialects.ts';
import type { Attribute } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import { isStatic, type StaticShape } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import { filled } from '../onnx-to-caffe/weights.ts';

export type Parameters = Readonly<Record<string, Attribute>>;

export const ofFloat = (value: number): Attribute => ({ type: 'float', value });
export const ofInt = (value: number): Attribute => ({ type: 'int', value: BigInt(value) });
export const ofInts = (values: readonly number[]): Attribute => ({ type: 'ints', value: values.map(BigInt) });
export const ofWord = (value: string): Attribute => ({ type: 'string', value });
export const YES: Attribute = { type: 'bool', value: true };
export const NO: Attribute = { type: 'bool', value: false };

export class Wording {
  private readonly made: Node[] = [];
  private readonly before: Pick<Node, 'op' | 'attributes' | 'inputs'>;
  /** Its tops, and what stands for them. */
  private readonly replaced: [top: Value, by: Value][] = [];

  constructor(
    readonly node: Node,
    readonly graph: Graph,
    readonly from: CaffeBackend,
    readonly to: CaffeBackend,
  ) {
    this.before = { op: node.op, attributes: new Map(node.attributes), inputs: node.inputs };
  }

  /** Another layer of the same network. */
  of(node: Node): Wording {
    return node === this.node ? this : new Wording(node, this.graph, this.from, this.to);
  }

  /** All that stands in the place of the layer by now. */
  get layers(): readonly Node[] {
    return this.node.graph ? [...this.made, this.node] : this.made;
  }

  get bottoms(): readonly Value[] {
    return this.node.inputs.filter((value) => value !== undefined && !this.graph.initializers.has(value)) as Value[];
  }

  get blobs(): readonly Tensor[] {
    return this.node.inputs.flatMap((value) =>
      value?.constant && this.graph.initializers.has(value) ? [value.constant] : [],
    );
  }

  get x(): Value {
    return this.bottoms[0] ?? this.refuse('no bottom', 'it computes nothing');
  }

  /** Undefined where a size is not known. */
  shape(index = 0): StaticShape | undefined {
    const shape = this.bottoms[index]?.shape;
    return isStatic(shape) ? shape : undefined;
  }

  /** How many channels the first bottom has; refuses where that is not known. */
  channels(): number {
    const channels = this.bottoms[0]?.shape?.[1];
    if (typeof channels === 'number') return channels;
    return refuse('shape-unknown', this.node, { reason: 'its channels have to be said there' });
  }

  refuse(attribute: string, reason: string): never {
    refuse('unsupported-attribute', this.node, { target: `Caffe (${this.to.title})`, attribute, reason });
  }

  has(...paths: readonly string[]): boolean {
    return paths.some((path) => this.node.attributes.has(path));
  }

  /** What a field says; what the schema of the source means where it is absent; else `otherwise`. */
  number(path: string, otherwise: number): number {
    return this.numbers(path)[0] ?? Number(fieldAt(schemaFor(this.from).layer, path)?.otherwise ?? otherwise);
  }

  numbers(path: string): readonly number[] {
    return numbersAt(this.node, path);
  }

  flag(path: string, otherwise: boolean): boolean {
    return flagAt(this.node, path, otherwise);
  }

  word(path: string, otherwise: string): string {
    return this.node.string(path, otherwise);
  }

  set(path: string, value: Attribute): void {
    this.node.setAttribute(path, value);
  }

  drop(...paths: readonly string[]): void {
    for (const path of paths) this.node.deleteAttribute(path);
  }

  /** Parameters under another name, whatever they say. */
  move(from: string, to: string): void {
    const said = this.node.attributes.get(from);
    if (!said) return;
    this.drop(from);
    this.set(to, said);
  }

  /** The layer stays, as one of another type. */
  rename(type: string): void {
    this.node.op = type;
  }

  /** Other numbers in the place of one blob. */
  replaceBlob(index: number, tensor: Tensor): void {
    const slots = this.node.inputs.flatMap((value, k) => (value && this.graph.initializers.has(value) ? [k] : []));
    const slot = slots[index];
    if (slot === undefined) return;
    const name = this.node.input(slot)?.name;
    this.node.setInput(slot, this.graph.addInitializer({ name, constant: tensor }));
  }

  /** A layer in front of this one, whose name is that of this with a word behind it. */
  layer(
    word: string,
    type: string,
    bottoms: readonly Value[],
    parameters: Parameters = {},
    blobs: readonly Tensor[] = [],
  ): Value {
    const name = `${this.node.name ?? this.node.op}_${word}`;
    const weights = blobs.map((constant) => this.graph.addInitializer({ constant }));
    const { origin, scope, sourceName } = this.node;
    const made = new Node(type, [...bottoms, ...weights], {
      domain: 'caffe',
      name,
      attributes: parameters,
      outputs: [{ name, type: this.node.outputs[0]?.type }],
      origin,
      scope,
      sourceName,
    });
    this.graph.nodes.insertBefore(this.node, made);
    this.made.push(made);
    return made.output();
  }

  /** The last layer made takes the place of this one: its name, and that of its top. */
  finish(value: Value): void {
    if (!value.producer) throw new Error('a layer has to take the place of another');
    this.replace(this.node.output(), value);
    this.graph.nodes.remove(this.node);
  }

  /** Takes back what has been made of the layer: it stands there as it stood. */
  undo(): void {
    const { node, graph, before, made } = this;
    const [first] = made;
    if (!node.graph && first) graph.nodes.insertBefore(first, node);
    for (const [top, by] of this.replaced.splice(0)) by.replaceAllUsesWith(top);
    node.op = before.op;
    node.setInputs(before.inputs);
    for (const path of [...node.attributes.keys()]) node.deleteAttribute(path);
    for (const [path, value] of before.attributes) node.setAttribute(path, value);
    for (const each of made.splice(0).reverse()) {
      const blobs = each.inputs.filter((value) => value?.constant);
      graph.nodes.remove(each);
      for (const value of blobs) if (value?.useCount === 0) graph.initializers.delete(value);
    }
  }

  /** The layer does nothing: its bottom is its top. An output of the network that it names gets a layer that copies. */
  pass(): void {
    for (const output of [...this.node.outputs]) {
      if (output.useCount === 0) continue;
      const from = this.x;
      const named = output.isGraphOutput && (!from.producer || from.isGraphOutput);
      if (output.isGraphOutput && !named) from.name = output.name;
      this.replace(output, named ? this.copy(from) : from);
    }
    this.graph.nodes.remove(this.node);
  }

  /** (0 + 1 x) ^ 1, or 1 x where there is no Power. */
  private copy(x: Value): Value {
    if (this.to.has('Power')) return this.layer('copy', 'Power', [x]);
    return this.layer('copy', 'Scale', [x], {}, [filled([this.channels()], 1)]);
  }

  /** What is made has the names of the layer and of its top. */
  private replace(top: Value, by: Value): void {
    const { producer } = by;
    if (producer && this.made.includes(producer)) {
      producer.name = this.node.name;
      by.name = top.name;
    }
    top.replaceAllUsesWith(by);
    this.replaced.push([top, by]);
  }
}

/** The numbers of a field as the file says them; none where it says nothing. */
export function numbersAt(node: Node, path: string): readonly number[] {
  const value = node.attributes.get(path)?.value;
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return list.flatMap((each) => (typeof each === 'number' || typeof each === 'bigint' ? [Number(each)] : []));
}

export function flagAt(node: Node, path: string, otherwise: boolean): boolean {
  const value = node.attributes.get(path)?.value;
  return typeof value === 'boolean' ? value : otherwise;
}
