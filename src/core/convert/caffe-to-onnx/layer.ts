/** One Caffe layer as a rule sees it: its bottoms as ONNX values, its numbers, and its parameters as its dialect reads them. */

import { asRead } from '../../dialects/caffe/as-read.ts';
import { isHarmless } from '../../dialects/caffe/harmless.ts';
import { type LayerAttribute, layerAttributes } from '../../dialects/caffe/layer-attributes.ts';
import { type CaffeField, type CaffeSchema, fieldAt } from '../../dialects/caffe/schema.ts';
import { layerFacts } from '../../dialects/caffe/vocabulary.ts';
import { isUnknown } from '../../formats/caffe/attributes.ts';
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import { type Dim, elementCount, isStatic, type Shape, type StaticShape, shapeText } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem, refuse } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import type { Blobs } from './blobs.ts';

export const TARGET = 'ONNX';

export class Layer {
  /** What was found that does not end the rule. */
  readonly problems: Problem[] = [];
  private readonly asked = new Set<string>();
  /** How many bottoms the rule has asked for. */
  private taken = 0;
  /** What the framework reads of what the file says. */
  private readonly read: ReadonlyMap<string, Attribute>;

  constructor(
    readonly node: Node,
    private readonly given: readonly Value[],
    private readonly ownBlobs: readonly Value[],
    private readonly blobs: Blobs,
    /** The backend of the dialect that the network was read as. */
    readonly backend: CaffeBackend,
    private readonly schema: CaffeSchema,
  ) {
    this.read = asRead(node, backend.limits);
  }

  get type(): string {
    return this.node.op;
  }

  /** How many tops it has. */
  get tops(): number {
    return this.node.outputs.length;
  }

  /** What stands for its bottoms in the ONNX graph, all of them. */
  get bottoms(): readonly Value[] {
    this.taken = this.given.length;
    return this.given;
  }

  /** A bottom; refuses where the layer has fewer. */
  bottom(index = 0): Value {
    this.taken = Math.max(this.taken, index + 1);
    return this.given[index] ?? this.invalid(`it has no bottom ${index}`);
  }

  // Parameters: what the file says; else what the schema of the dialect says of an absent field; else `otherwise`.

  /** A number at a path such as `pooling_param.stride`, or the last of several. */
  number(path: string): number | undefined;
  number(path: string, otherwise: number): number;
  number(path: string, otherwise?: number): number | undefined {
    return this.numbers(path).at(-1) ?? otherwise;
  }

  /** All numbers of a field: one that is not repeated has one, or none. */
  numbers(path: string): readonly number[] {
    const attribute = this.attribute(path);
    if (attribute) return numbersOf(attribute);
    const otherwise = this.field(path)?.otherwise;
    return typeof otherwise === 'number' ? [otherwise] : [];
  }

  flag(path: string, otherwise = false): boolean {
    const attribute = this.attribute(path);
    if (attribute?.type === 'bool') return attribute.value;
    const absent = this.field(path)?.otherwise;
    return typeof absent === 'boolean' ? absent : otherwise;
  }

  /** The word of an enum, or a text. */
  text(path: string): string | undefined;
  text(path: string, otherwise: string): string;
  text(path: string, otherwise?: string): string | undefined {
    const attribute = this.attribute(path);
    if (attribute?.type === 'string')
      return typeof attribute.value === 'string' ? attribute.value : new TextDecoder().decode(attribute.value);
    const absent = this.field(path)?.otherwise;
    return typeof absent === 'string' ? absent : otherwise;
  }

  /** Whether the file says it, whatever the schema says of an absent field. */
  has(path: string): boolean {
    return this.attribute(path) !== undefined;
  }

  /** All that the file says of its parameters, for a rule that hands them on as they are. */
  said(): ReadonlyMap<string, Attribute> {
    const said = new Map<string, Attribute>();
    for (const path of this.node.attributes.keys()) {
      const attribute = isUnknown(path) ? undefined : this.attribute(path);
      if (attribute) said.set(path, attribute);
    }
    return said;
  }

  /** The parameters that its schema has, as attributes of one operator. */
  get attributes(): readonly LayerAttribute[] {
    return layerAttributes(this.backend, this.schema, this.type, this.node.attributes.keys());
  }

  /** How many messages of a repeated field there are, as `input_param.shape`. */
  count(path: string): number {
    let count = 0;
    for (const name of this.node.attributes.keys()) {
      const index = name.startsWith(`${path}[`) ? Number.parseInt(name.slice(path.length + 1), 10) : -1;
      count = Math.max(count, index + 1);
    }
    return count;
  }

  /** An axis counted from the front. */
  axis(path: string, rank: number, otherwise = 0): number {
    return this.axisOf(this.number(path, otherwise), rank);
  }

  /** The same for a number that is one. An axis may stand behind the last one where `within` is false. */
  axisOf(axis: number, rank: number, within = true): number {
    const found = axis < 0 ? axis + rank : axis;
    if (found < 0 || found > rank - (within ? 1 : 0)) this.invalid(`it has no axis ${axis}: its rank is ${rank}`);
    return found;
  }

  // Shapes.

  /** The sizes of a value, which may be expressions; refuses where the rank is not known. */
  dims(value: Value): Shape {
    return value.shape ?? this.refuseShape(`its rank is not known`);
  }

  rank(value: Value): number {
    return this.dims(value).length;
  }

  /** The sizes of a value as numbers; refuses where one is none. */
  sizes(value: Value): StaticShape {
    const { shape } = value;
    return isStatic(shape) ? shape : this.refuseShape(`every size of ${shapeText(shape)} is wanted as a number`);
  }

  /** One size as a number. */
  size(value: Value, axis: number): number {
    const size: Dim = this.dims(value)[axis];
    return typeof size === 'number' ? size : this.refuseShape(`size ${axis} of ${shapeText(value.shape)} is no number`);
  }

  /** The sizes behind images and channels as numbers: how many images or regions there are, only a run may tell. */
  imageSizes(value: Value): StaticShape {
    return this.dims(value)
      .slice(2)
      .map((_, k) => this.size(value, k + 2));
  }

  // The layer's own numbers.

  get blobCount(): number {
    return this.ownBlobs.length;
  }

  /** A blob as it was read; refuses where there is none, or where it holds no real numbers. */
  tensor(index: number): Tensor {
    const tensor = this.ownBlobs[index]?.constant;
    if (!tensor) {
      const name = layerFacts(this.backend, this.type)?.blobs?.[index] ?? `blob ${index}`;
      return refuse('blobs-missing', this.node, { wanted: name, source: 'the network' });
    }
    const { dtype } = tensor;
    if (!dtype.startsWith('float')) refuse('dtype-not-taken', this.node, { target: TARGET, dtype });
    return tensor;
  }

  /** A blob as an initializer in single precision, in `shape` where blobs of old files have sizes of 1 around theirs. */
  weight(index: number, shape: StaticShape = this.tensor(index).shape): Value {
    const tensor = this.tensor(index);
    if (elementCount(shape) !== tensor.count) {
      const name = layerFacts(this.backend, this.type)?.blobs?.[index] ?? `blob ${index}`;
      const reason = `${name} is ${shapeText(tensor.shape)}, expected ${shapeText(shape)}`;
      refuse('blobs-mismatch', this.node, { reason });
    }
    // The blob is there: tensor() has looked.
    return this.blobs.weight(this.ownBlobs[index] as Value, shape);
  }

  /** A new initializer whose numbers a function makes when they are written; `name` says what it is, as `bias`. */
  made(name: string, shape: StaticShape, compute: () => Float32Array): Value {
    return this.blobs.made(`${this.node.name}.${name}`, shape, compute);
  }

  // Problems.

  /** Ends the rule: ONNX has no such thing, or nobody says what it means. */
  refuse(attribute: string, reason: string): never {
    return refuse('unsupported-attribute', this.node, { target: TARGET, attribute, reason });
  }

  /** Ends the rule: the framework itself would not run this. */
  invalid(reason: string): never {
    return refuse('invalid-model', this.node, { reason });
  }

  refuseShape(reason: string): never {
    return refuse('shape-unknown', this.node, { reason });
  }

  /**
   * Ends the rule where the layer has bottoms that it did not take, or says something that it has not asked for and that may
   * matter. Called when it is done.
   */
  finish(): void {
    if (this.given.length > this.taken) this.invalid(`it has ${this.given.length} bottoms, and takes ${this.taken}`);
    const { parameters, also = [] } = layerFacts(this.backend, this.type) ?? {};
    const holders = [parameters, ...also].filter((each) => each !== undefined);
    for (const [path, attribute] of this.node.attributes) {
      const holder = path.split(/[.[]/, 1)[0] ?? '';
      if (isHarmless(path)) continue;
      if (isUnknown(path)) this.unknown(path);
      else if (!holders.includes(holder) || this.isDefault(path, attribute)) continue;
      else if (!this.read.has(path)) this.unread(path);
      else if (!this.asked.has(path)) this.refuse(path, 'it is not known what it does');
    }
  }

  private isDefault(path: string, attribute: Attribute): boolean {
    const otherwise = this.field(path)?.otherwise;
    return otherwise !== undefined && String(attribute.value) === String(otherwise);
  }

  private unread(field: string): void {
    this.problems.push(problem('parameter-unread', this.node, { field }));
  }

  private unknown(path: string): void {
    const reason = `it has fields that ${this.backend.title} does not know (${path})`;
    this.problems.push(problem('inexact', this.node, { target: TARGET, reason }));
  }

  private attribute(path: string): Attribute | undefined {
    this.asked.add(path);
    return this.read.get(path);
  }

  private field(path: string): CaffeField | undefined {
    return fieldAt(this.schema.layer, path);
  }
}

function numbersOf(attribute: Attribute): readonly number[] {
  switch (attribute.type) {
    case 'int':
      return [Number(attribute.value)];
    case 'ints':
      return attribute.value.map(Number);
    case 'float':
      return [attribute.value];
    case 'floats':
      return attribute.value;
    case 'tensor':
      return attribute.value.numbers();
    default:
      return [];
  }
}
