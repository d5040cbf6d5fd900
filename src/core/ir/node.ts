/** A node: one operator with its inputs, outputs and attributes, and where it came from. */
import { type Attribute, type AttributeValue, graphsOf } from './attribute.ts';
import type { Graph } from './graph.ts';
import { NO_ORIGIN, NO_SCOPE, type Origin, type Scope } from './origin.ts';
import { InputUse } from './use.ts';
import { Value, type ValueOptions } from './value.ts';

export interface NodeOptions {
  readonly domain?: string;
  readonly overload?: string;
  readonly name?: string | undefined;
  readonly attributes?: Iterable<readonly [string, Attribute]> | Readonly<Record<string, Attribute>>;
  /** The outputs to make: their names and types, or how many. */
  readonly outputs?: number | readonly ValueOptions[];
  readonly origin?: Origin;
  readonly scope?: Scope;
  readonly doc?: string | undefined;
  readonly sourceName?: string | undefined;
}

const NO_OPTIONS: ValueOptions = {};
const NO_ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map();
/** Most nodes have no subgraphs, and are asked for them again and again. */
const NO_GRAPHS: readonly Graph[] = [];

export class Node {
  op: string;
  /** Empty for ai.onnx; `aten` and other namespaces for PyTorch; `caffe` for Caffe. */
  domain: string;
  overload: string;
  name: string | undefined;
  doc: string | undefined;
  /** In a converted graph: the name of the source model's node that it was made of. */
  sourceName: string | undefined;
  origin: Origin;
  scope: Scope;
  unknown: Uint8Array | undefined;

  /** @internal The list that holds it and its neighbours: kept by NodeList. */
  list: { readonly graph: Graph; readonly watcher: ((node: Node) => void) | undefined } | undefined;
  /** @internal */
  before: Node | undefined;
  /** @internal */
  after: Node | undefined;

  private ownMetadata: Map<string, string> | undefined;
  private attributeMap: Map<string, Attribute> | undefined;
  private slots: InputUse[];
  private readonly results: Value[];

  constructor(op: string, inputs: readonly (Value | undefined)[] = [], options: NodeOptions = {}) {
    this.op = op;
    this.domain = options.domain ?? '';
    this.overload = options.overload ?? '';
    this.name = options.name;
    this.doc = options.doc;
    this.sourceName = options.sourceName;
    this.origin = options.origin ?? NO_ORIGIN;
    this.scope = options.scope ?? NO_SCOPE;
    this.setAttributes(options.attributes);
    this.slots = inputs.map((value, index) => this.use(value, index));
    const outputs = options.outputs ?? 1;
    const made = typeof outputs === 'number' ? Array<ValueOptions>(outputs).fill(NO_OPTIONS) : outputs;
    this.results = made.map((each, index) => new Value(each, this, index));
  }

  /** `aten::relu`, `Conv`, `com.acme::Swish`: the name that messages use. */
  get operator(): string {
    return this.domain === '' ? this.op : `${this.domain}::${this.op}`;
  }

  /** Whether there is metadata, without making room for it. */
  get hasMetadata(): boolean {
    return this.ownMetadata !== undefined && this.ownMetadata.size > 0;
  }

  /** Few nodes have any: the map is made when it is first asked for. */
  get metadata(): Map<string, string> {
    this.ownMetadata ??= new Map();
    return this.ownMetadata;
  }

  /** The graph that it stands in; undefined while it stands in none. */
  get graph(): Graph | undefined {
    return this.list?.graph;
  }

  /** Inputs in order; an absent optional one is undefined. */
  get inputs(): readonly (Value | undefined)[] {
    return this.slots.map((slot) => slot.value);
  }

  get inputCount(): number {
    return this.slots.length;
  }

  get outputs(): readonly Value[] {
    return this.results;
  }

  get attributes(): ReadonlyMap<string, Attribute> {
    return this.attributeMap ?? NO_ATTRIBUTES;
  }

  /** The input at `index`, undefined where it is absent. */
  input(index: number): Value | undefined {
    return this.slots[index]?.value;
  }

  /** The output at `index`; throws where there is none. */
  output(index = 0): Value {
    const value = this.results[index];
    if (!value) throw new RangeError(`${this.operator} has no output ${index}`);
    return value;
  }

  setInput(index: number, value: Value | undefined): void {
    while (this.slots.length <= index) this.addInput(undefined);
    const use = this.slots[index];
    if (!use || use.value === value) return;
    this.list?.watcher?.(this);
    use.value?.removeUse(use);
    value?.addUse(use);
  }

  addInput(value: Value | undefined): void {
    this.list?.watcher?.(this);
    this.slots.push(this.use(value, this.slots.length));
  }

  /** Reads other values than before, all at once. */
  setInputs(values: readonly (Value | undefined)[]): void {
    this.truncateInputs(0);
    this.slots = values.map((value, index) => this.use(value, index));
  }

  /** Drops the inputs from `count` on. */
  truncateInputs(count: number): void {
    this.list?.watcher?.(this);
    for (const use of this.slots.splice(count)) use.value?.removeUse(use);
  }

  addOutput(options: ValueOptions = {}): Value {
    this.list?.watcher?.(this);
    const value = new Value(options, this, this.results.length);
    this.results.push(value);
    return value;
  }

  /** Drops the last output; throws where something still uses it. */
  removeLastOutput(): void {
    this.list?.watcher?.(this);
    const last = this.results.at(-1);
    if (last && last.useCount > 0)
      throw new Error(`output ${this.results.length - 1} of ${this.operator} is still used`);
    this.results.pop();
  }

  setAttribute(name: string, attribute: Attribute): void {
    this.deleteAttribute(name);
    this.adopt(attribute);
    this.attributeMap ??= new Map();
    this.attributeMap.set(name, attribute);
  }

  deleteAttribute(name: string): void {
    this.list?.watcher?.(this);
    const before = this.attributeMap?.get(name);
    for (const graph of before ? graphsOf(before) : []) graph.parent = undefined;
    this.attributeMap?.delete(name);
  }

  /** All subgraphs, in the order of the attributes. */
  subgraphs(): readonly Graph[] {
    if (!this.attributeMap) return NO_GRAPHS;
    let found: Graph[] | undefined;
    for (const { type, value } of this.attributeMap.values()) {
      if (type === 'graph') found = [...(found ?? []), value];
      else if (type === 'graphs') found = [...(found ?? []), ...value];
    }
    return found ?? NO_GRAPHS;
  }

  /** The value of an attribute of one type; undefined where it is absent; throws where it has another type. */
  attribute<T extends Attribute['type']>(name: string, type: T): AttributeValue<T> | undefined {
    const found = this.attributeMap?.get(name);
    if (!found) return undefined;
    if (found.type !== type) throw new TypeError(`attribute ${name} of ${this.operator} is ${found.type}, not ${type}`);
    // The check above ties the value to T, which the compiler cannot see.
    return found.value as AttributeValue<T>;
  }

  int(name: string): bigint | undefined;
  int(name: string, otherwise: bigint): bigint;
  int(name: string, otherwise?: bigint): bigint | undefined {
    return this.attribute(name, 'int') ?? otherwise;
  }

  ints(name: string): readonly bigint[] | undefined;
  ints(name: string, otherwise: readonly bigint[]): readonly bigint[];
  ints(name: string, otherwise?: readonly bigint[]): readonly bigint[] | undefined {
    return this.attribute(name, 'ints') ?? otherwise;
  }

  float(name: string): number | undefined;
  float(name: string, otherwise: number): number;
  float(name: string, otherwise?: number): number | undefined {
    return this.attribute(name, 'float') ?? otherwise;
  }

  /** Text of a string attribute; bytes that are no text are decoded with replacement characters. */
  string(name: string): string | undefined;
  string(name: string, otherwise: string): string;
  string(name: string, otherwise?: string): string | undefined {
    const value = this.attribute(name, 'string');
    if (value === undefined) return otherwise;
    return typeof value === 'string' ? value : new TextDecoder().decode(value);
  }

  /** @internal Lets go of all inputs, also within subgraphs: called when it leaves its graph for good. */
  release(): void {
    for (const use of this.slots) use.value?.removeUse(use);
    for (const graph of this.subgraphs()) graph.release();
  }

  private use(value: Value | undefined, index: number): InputUse {
    const use = new InputUse(this, index);
    value?.addUse(use);
    return use;
  }

  private setAttributes(attributes: NodeOptions['attributes']): void {
    if (!attributes) return;
    const map = new Map(isIterable(attributes) ? attributes : Object.entries(attributes));
    if (map.size === 0) return;
    this.attributeMap = map;
    for (const attribute of map.values()) this.adopt(attribute);
  }

  private adopt(attribute: Attribute): void {
    for (const graph of graphsOf(attribute)) graph.parent = this;
  }
}

function isIterable(
  attributes: NonNullable<NodeOptions['attributes']>,
): attributes is Iterable<readonly [string, Attribute]> {
  return Symbol.iterator in attributes;
}
