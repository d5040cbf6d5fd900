/**
 * Builds Caffe layers: `caffe.layer('ReLU', [x], { negative_slope: 0.1 })`. The backend's schema types the parameters;
 * origin, module path and names come from the ONNX node that is being converted.
 */
import { isIgnored } from '../../dialects/caffe/as-read.ts';
import { CAFFE_LAYERS } from '../../dialects/caffe/layers.ts';
import { type CaffeField, type CaffeSchema, fieldAt } from '../../dialects/caffe/schema.ts';
import { layerFacts } from '../../dialects/caffe/vocabulary.ts';
import { schemaFor } from '../../formats/caffe/dialects.ts';
import type { Attribute } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import { isStatic, type StaticShape, shapeText } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem, refuse } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import type { LayerPlan } from '../../targets/layer-limits.ts';
import { constantOfInput } from './constants.ts';
import { mapped, weightOf } from './weights.ts';

export type Parameter = number | boolean | string | readonly number[];
export type Parameters = Readonly<Record<string, Parameter | undefined>>;

export interface LayerOptions {
  /** The layer's own numbers, in the order of its blobs. */
  readonly blobs?: readonly (Tensor | undefined)[];
  /** Sizes of each top; by default one top of the first bottom's sizes. */
  readonly shapes?: readonly StaticShape[];
}

export class CaffeBuilder {
  /** What is only nearly what the model says, or differs for what is no number, so far. */
  readonly approximations: Problem[] = [];
  private readonly blobs = new Map<Value, Value>();
  private source: Node | undefined;
  private made: Node[] = [];
  private behind: Node | undefined;
  private readonly schema: CaffeSchema;

  constructor(
    readonly graph: Graph,
    readonly backend: CaffeBackend,
  ) {
    this.schema = schemaFor(backend);
  }

  /** What is built from now on stands for `node`; its layers come behind the others, or behind that one. */
  from(node: Node, behind?: Node): this {
    this.source = node;
    this.made = [];
    this.behind = behind;
    return this;
  }

  /** The target's name in messages. */
  get target(): string {
    return `Caffe (${this.backend.title})`;
  }

  /** Whether a layer may have no top that nobody reads. */
  get mustReadTops(): boolean {
    return this.backend.limits.unusedTops === 'take the place of the first';
  }

  /** Says which blob stands for a value of the ONNX graph. */
  bind(value: Value, blob: Value): void {
    this.blobs.set(value, blob);
  }

  /** The blob of a node's input; a constant becomes a layer that holds it. Refuses where the input is absent. */
  input(node: Node, index: number): Value {
    const value = node.input(index);
    if (!value) refuse('invalid-model', node, { reason: `${node.operator} has no input ${index}` });
    const blob = this.blobs.get(value);
    if (blob) return blob;
    const tensor = weightOf(value);
    if (!tensor) refuse('shape-unknown', node, { reason: `its input ${value.name ?? index} is made by nothing` });
    return this.constant(tensor);
  }

  /** The blob that stands for a value already, if any. */
  blobOf(value: Value): Value | undefined {
    return this.blobs.get(value);
  }

  /** A layer of one top, whose blob it returns. */
  layer(type: string, bottoms: readonly Value[], parameters: Parameters = {}, options: LayerOptions = {}): Value {
    if (type === 'Eltwise' && bottoms[0]) return this.elementwise(bottoms, parameters);
    return this.node(type, bottoms, parameters, options).output();
  }

  /** An Eltwise of blobs of one shape, which get axes of one element where it takes none with so few. */
  private elementwise(bottoms: readonly Value[], parameters: Parameters): Value {
    const own = sizesOf(bottoms[0]);
    const [least = 0] = this.backend.limits.takes?.Eltwise?.axes ?? [];
    if (own.length >= least) return this.node('Eltwise', bottoms, parameters, {}).output();
    const longer = [...own, ...Array<number>(least - own.length).fill(1)];
    const shaped = (blob: Value, shape: StaticShape) =>
      this.node('Reshape', [blob], { 'shape.dim': shape.with(0, 0) }, { shapes: [shape] }).output();
    const made = bottoms.map((blob) => shaped(blob, longer));
    return shaped(this.node('Eltwise', made, parameters, {}).output(), own);
  }

  /** A layer of several tops, all of them. */
  layers(
    type: string,
    bottoms: readonly Value[],
    parameters: Parameters,
    shapes: readonly StaticShape[],
    blobs: readonly Tensor[] = [],
  ): readonly Value[] {
    return this.node(type, bottoms, parameters, { shapes, blobs }).outputs;
  }

  /** A blob of fixed numbers: of a layer that holds them, else what `constantOfInput` makes. */
  constant(tensor: Tensor): Value {
    const { constants } = this.backend.limits;
    const numbers = tensor.dtype.includes('float') ? tensor : mapped(tensor, (each) => each);
    if (!constants) return constantOfInput(this, numbers);
    const node = this.node(constants.layer, [], {}, { blobs: [numbers], shapes: [tensor.shape] });
    if (constants.shape !== undefined) {
      node.setAttribute(constants.shape, { type: 'ints', value: tensor.shape.map(BigInt) });
    }
    return node.output();
  }

  /** Ends a rule: the backend has no such variant of the operator that is being converted. */
  refuseAttribute(attribute: string, reason: string): never {
    refuse('unsupported-attribute', this.current, { target: this.target, attribute, reason });
  }

  /** Goes on with a rule that is only nearly what the operator is: a problem that the user accepts. */
  approximate(reason: string): void {
    this.approximations.push(problem('inexact', this.current, { target: this.target, reason }));
  }

  /** Goes on with a rule whose layers do the same with all numbers, and something else with NaN: the user is told. */
  remarkNaN(reason: string): void {
    this.approximations.push(problem('nan-differs', this.current, { target: this.target, reason }));
  }

  /** Ends a rule: the model declares a shape that its operators do not make. */
  refuseShape(found: StaticShape, declared: StaticShape): never {
    const reason = `its output is declared as ${shapeText(declared)} and is made of ${shapeText(found)}`;
    refuse('invalid-model', this.current, { reason });
  }

  /** Ends a rule: the backend lacks the layer. */
  refuseOperator(): never {
    refuse('unsupported-operator', this.current, { target: this.target });
  }

  /** Names the layers built since `from`: the one that makes the result has the node's own name. */
  nameLayers(results: readonly (Value | undefined)[]): void {
    const source = this.current;
    const base = source.name || source.outputs[0]?.name || source.op;
    const main = results[0]?.producer;
    for (const node of this.made) {
      const label = node === main ? base : `${base}/${node.op.toLowerCase()}`;
      node.name = label;
      node.outputs.forEach((top, k) => {
        top.name = node.outputs.length === 1 ? label : `${label}_${k}`;
      });
      const names = CAFFE_LAYERS[node.op]?.blobs ?? [];
      const blobs = node.inputs.filter((input) => input?.constant);
      for (const [k, blob] of blobs.entries()) if (blob) blob.name = `${label}.${names[k] ?? k}`;
    }
  }

  private get current(): Node {
    if (!this.source) throw new Error('no node is being converted');
    return this.source;
  }

  /** Whether the framework has such a layer, and takes it with these parameters. */
  can(
    type: string,
    bottoms: readonly Value[],
    parameters: Parameters = {},
    blobs: readonly StaticShape[] = [],
  ): boolean {
    return this.backend.has(type) && this.backend.refusal(planOf(type, bottoms, parameters, blobs)) === undefined;
  }

  private node(type: string, bottoms: readonly Value[], parameters: Parameters, options: LayerOptions): Node {
    if (!this.backend.has(type)) this.refuseOperator();
    const source = this.current;
    const constants = (options.blobs ?? []).filter((each) => each !== undefined);
    const shapes = options.shapes ?? [sizesOf(bottoms[0])];
    this.mustTake(
      planOf(
        type,
        bottoms,
        parameters,
        constants.map(({ shape }) => shape),
      ),
      shapes,
    );
    const blobs = constants.map((constant) => this.graph.addInitializer({ constant }));
    const node = new Node(type, [...bottoms, ...blobs], {
      domain: 'caffe',
      attributes: this.attributes(type, { ...this.unsaid(type, parameters), ...parameters }),
      outputs: shapes.map((shape) => ({ type: tensorType('float32', shape) })),
      origin: source.origin,
      scope: source.scope,
      sourceName: source.sourceName ?? (source.name || source.outputs[0]?.name),
    });
    if (this.behind) this.graph.nodes.insertAfter(this.behind, node);
    else this.graph.nodes.append(node);
    if (this.behind) this.behind = node;
    this.made.push(node);
    return node;
  }

  /** Refuses a layer, or blobs, that the framework has not. */
  private mustTake(plan: LayerPlan, shapes: readonly StaticShape[]): void {
    const reason = this.backend.refusal(plan);
    if (reason !== undefined) this.refuseAttribute('this form', reason);
    for (const shape of shapes) {
      const wrong = this.backend.blobRefusal(shape);
      if (wrong !== undefined) this.refuseAttribute(`a blob of ${shapeText(shape)}`, wrong);
    }
  }

  /** What a layer of this type must say even where it is what others take anyway. */
  private unsaid(type: string, given: Parameters): Parameters {
    const holder = `${layerFacts(this.backend, type)?.parameters}.`;
    return Object.fromEntries(
      Object.keys(this.backend.limits.unsaid ?? {}).flatMap((path) => {
        const name = path.slice(holder.length);
        const meant = fieldAt(this.schema.layer, path)?.otherwise;
        return path.startsWith(holder) && given[`${name}_h`] === undefined ? [[name, meant]] : [];
      }),
    );
  }

  private attributes(type: string, parameters: Parameters): [string, Attribute][] {
    const holder = layerFacts(this.backend, type)?.parameters;
    return Object.entries(parameters).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const path = `${holder}.${name}`;
      const field = fieldAt(this.schema.layer, path);
      if (!field) throw new Error(`${this.backend.id} has no field ${path}`);
      if (isIgnored(this.backend.limits, type, path) && value !== field.otherwise)
        this.refuseAttribute(`${name} of ${type}`, 'its layer does not read it');
      return [[path, typed(field, value)]];
    });
  }
}

function planOf(
  type: string,
  bottoms: readonly Value[],
  parameters: Parameters,
  blobs: readonly StaticShape[],
): LayerPlan {
  return { type, bottoms: bottoms.map(sizesOf), blobs, parameters };
}

/** The sizes of a blob, which Caffe always knows. */
export function sizesOf(blob: Value | undefined): StaticShape {
  const shape = blob?.shape;
  if (!isStatic(shape)) throw new Error('every blob has static sizes');
  return shape;
}

function typed({ name, type, repeated }: CaffeField, value: Parameter): Attribute {
  const float = type.kind === 'scalar' && (type.name === 'float' || type.name === 'double');
  const list = typeof value === 'object' ? value : undefined;
  if (repeated) {
    const values = list ?? (typeof value === 'number' ? [value] : []);
    return float ? { type: 'floats', value: values } : { type: 'ints', value: values.map(BigInt) };
  }
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'number') return float ? { type: 'float', value } : { type: 'int', value: BigInt(value) };
  throw new Error(`${name} takes one value`);
}
