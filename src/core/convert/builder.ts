/**
 * Builds ONNX nodes in a place of a graph: `onnx.Conv(x, w, b, { group: 1n })`. The operator table types the attributes,
 * shape inference types the results, and origin, module path and names come from the node that is being lowered.
 */
import { codeNameOf, codeOfDtype } from '../dialects/onnx/dtype-codes.ts';
import { inferOutputs, opsetContext } from '../dialects/onnx/infer.ts';
import { operatorNames, operatorSchema } from '../dialects/onnx/operators.ts';
import type { Attribute } from '../ir/attribute.ts';
import * as attribute from '../ir/attribute.ts';
import type { DataType } from '../ir/dtype.ts';
import type { Graph } from '../ir/graph.ts';
import { Node } from '../ir/node.ts';
import { NO_ORIGIN, NO_SCOPE } from '../ir/origin.ts';
import { type Dim, type Shape, sameShape } from '../ir/shape.ts';
import { Tensor } from '../ir/tensor.ts';
import type { ValueType } from '../ir/type.ts';
import { Value } from '../ir/value.ts';

import { refuse } from '../problems/problem.ts';
import type { OperatorAttributes, OperatorName } from './operator-attributes.ts';
import { reshapeTarget } from './reshape-target.ts';
import { SizeValues } from './size-values.ts';

/** What stands in an input slot; undefined for an optional input that is left out. */
export type Operand = Value | undefined;

/** Attributes as plain values: they become typed attributes by the operator's schema. */
export type PlainAttributes = Readonly<Record<string, PlainAttribute | undefined>>;
type PlainAttribute =
  | bigint
  | number
  | boolean
  | string
  | Tensor
  | Graph
  | ValueType
  | attribute.SparseTensor
  | readonly (bigint | number)[]
  | readonly string[];

type Call<Op extends OperatorName> = (
  ...args: [...inputs: Operand[], attributes: Partial<OperatorAttributes[Op]>] | Operand[]
) => Value;

/** One method for each operator of ai.onnx: its inputs in order, then its attributes; it returns the first output. */
export type OperatorCalls = { readonly [Op in OperatorName]: Call<Op> };

export type OnnxBuilder = Builder & OperatorCalls;

/**
 * A builder for one graph whose model imports `opset` of ai.onnx. Make one per graph and call `from(node)` for each node
 * that is lowered: names and small constants are shared within a builder.
 */
export function onnxBuilder(graph: Graph, opset: number): OnnxBuilder {
  // The methods of OperatorCalls are put behind the prototype below, which the compiler cannot see.
  return new Builder(graph, opset) as OnnxBuilder;
}

/** Constants of at most this many bytes are shared by their contents. */
const SHARED_BYTES = 256;

class Builder {
  private readonly taken: Set<string>;
  /** The number from which a name that is taken is tried again: a model may want one name a hundred thousand times. */
  private readonly nextNumber: Map<string, number>;
  private readonly constants = new Map<string, Value>();
  private source: Node | undefined;
  private place: Node | undefined;
  private made: Node[] = [];
  private madeConstants: Value[] = [];
  private sizeValues: SizeValues | undefined;
  private readonly context: ReturnType<typeof opsetContext>;

  constructor(
    readonly graph: Graph,
    readonly opset: number,
    /** The builder of the graph around it: names and constants are shared with it. */
    private readonly outer?: Builder,
    /** Whether the names of the graph are collected: that waits until one is asked for. */
    private isKnown = false,
  ) {
    this.taken = outer?.names ?? new Set();
    this.nextNumber = outer?.nextNumber ?? new Map();
    this.context = opsetContext(opset);
  }

  /** The names that are taken in the graph, and in those around it. */
  private get names(): Set<string> {
    if (this.isKnown) return this.taken;
    this.isKnown = true;
    const { graph } = this;
    for (const value of [...graph.inputs, ...graph.initializers]) this.keep(value.name);
    for (const node of graph.allNodes()) {
      this.keep(node.name);
      for (const value of node.outputs) this.keep(value.name);
      for (const inner of node.subgraphs())
        for (const value of [...inner.inputs, ...inner.initializers]) this.keep(value.name);
    }
    return this.taken;
  }

  /** A builder for the same graph at another opset: names and constants are shared with it. */
  at(opset: number): OnnxBuilder {
    return new Builder(this.graph, opset, this, true) as OnnxBuilder;
  }

  /** A builder for a graph within a node of this one: it reads values of this graph freely. */
  within(graph: Graph): OnnxBuilder {
    return new Builder(graph, this.opset, this) as OnnxBuilder;
  }

  /**
   * What is built from now on stands for `node` and takes its origin: before `place` where that stands in this graph,
   * else at the end.
   */
  from(node: Node, place = node): this {
    this.source = node;
    this.place = place;
    this.made = [];
    this.madeConstants = [];
    return this;
  }

  /** The nodes built since the last `from`. */
  get built(): readonly Node[] {
    return this.made;
  }

  /** The constants that are new since the last `from`. */
  get builtConstants(): readonly Value[] {
    return this.madeConstants;
  }

  /** A node of several outputs, all of them. */
  many<Op extends OperatorName>(
    op: Op,
    inputs: readonly Operand[],
    attributes: Partial<OperatorAttributes[Op]>,
    count: number,
  ): readonly Value[] {
    return this.node('', op, inputs, plainToTyped(op, this.opset, attributes as PlainAttributes), count).outputs;
  }

  /** The same operator as the node being lowered, with other inputs and with `changes` to its attributes (`undefined` drops one). */
  same(inputs: readonly Operand[], changes: PlainAttributes = {}): readonly Value[] {
    const { source } = this;
    if (!source) throw new Error('no node is being lowered');
    const attributes = new Map(source.attributes);
    for (const name of Object.keys(changes)) attributes.delete(name);
    for (const [name, value] of plainToTyped(source.op, this.opset, changes)) attributes.set(name, value);
    return this.node(source.domain, source.op, inputs, attributes, source.outputs.length).outputs;
  }

  /** A node of any domain with typed attributes. Its outputs are typed where shape inference knows the operator. */
  node(
    domain: string,
    op: string,
    inputs: readonly Operand[],
    attributes: Iterable<readonly [string, Attribute]> = [],
    outputs = 1,
  ): Node {
    // Optional inputs at the end are left out, not named empty.
    const last = inputs.findLastIndex((input) => input !== undefined);
    const base = this.source ? pathOf(this.source) : '';
    const name = this.unique(base === '' ? op : `${base}/${op}`);
    const node = new Node(op, inputs.slice(0, last + 1), {
      domain,
      name,
      attributes,
      outputs: Array.from({ length: outputs }, (_, k) => ({ name: this.unique(`${name}_output_${k}`) })),
      origin: this.source?.origin ?? NO_ORIGIN,
      scope: this.source?.scope ?? NO_SCOPE,
      sourceName: this.source && (this.source.sourceName ?? (this.source.name || this.source.outputs[0]?.name)),
    });
    try {
      inferOutputs(node, this.context);
    } catch (error) {
      // It reads nothing where it does not come to stand.
      node.release();
      throw error;
    }
    this.insert(node);
    return node;
  }

  /** A constant: a tensor as it is, a list as rank 1, a number as a scalar. Integers are int64 unless told, numbers float32. */
  constant(value: Tensor | number | bigint | boolean | readonly (number | bigint)[], dtype?: DataType): Value {
    if (this.outer) return this.outer.constant(value, dtype);
    const tensor = value instanceof Tensor ? value : tensorOf(value, dtype);
    if (tensor.source.kind !== 'memory' || tensor.dtype === 'string' || tensor.byteLength > SHARED_BYTES) {
      return this.initializer(this.unique('constant'), tensor);
    }
    const key = `${tensor.dtype} ${tensor.shape.join('x')} ${Buffer.from(tensor.bytes()).toString('hex')}`;
    let found = this.constants.get(key);
    // A pass may have dropped it since as unused.
    if (!found || !this.graph.initializers.has(found)) {
      found = this.initializer(this.unique(constantName(tensor)), tensor);
      this.constants.set(key, found);
    }
    return found;
  }

  /** A constant of its own, under that name: others may have it too. */
  initializer(name: string | undefined, tensor: Tensor): Value {
    if (this.outer) return this.outer.initializer(name, tensor);
    const made = this.graph.addInitializer({ name, constant: tensor });
    this.madeConstants.push(made);
    return made;
  }

  /** A list of 64-bit integers, as shapes, axes and pads are given. */
  ints(values: readonly (number | bigint)[]): Value {
    return this.constant(values, 'int64');
  }

  /** A scalar of the same element type as `value`. */
  like(value: Value, number: number | bigint | boolean): Value {
    return this.constant(number, dtypeOf(value));
  }

  shapeOf(x: Value): Value {
    return this.calls.Shape(x);
  }

  /** A size as a scalar. Refuses one that nothing in the graph tells. */
  size(dim: Dim): Value {
    if (typeof dim === 'number') return this.constant(dim, 'int64');
    return this.squeeze(this.dimensions.one(dim) ?? this.refuseSize(dim), [0]);
  }

  /** Sizes as a list, for operators that take shapes. Refuses where nothing in the graph tells one of them. */
  sizes(dims: Shape): Value {
    return this.dimensions.list(dims) ?? this.refuseSize(...dims);
  }

  /** Sizes that are expressions, and where they can be read. */
  get dimensions(): SizeValues {
    this.sizeValues ??= new SizeValues(this as unknown as OnnxBuilder, this.outer?.dimensions);
    return this.sizeValues;
  }

  private refuseSize(...dims: Shape): never {
    const reason = `nothing says ${dims
      .filter((dim) => typeof dim !== 'number')
      .map(String)
      .join(' and ')}`;
    if (!this.source) throw new Error(reason);
    return refuse('shape-unknown', this.source, { reason });
  }

  /** `x` in the shape `dims`, of which one may be -1; a 0 is an empty axis. No node where the shape is the same already. */
  reshape(x: Value, dims: Shape): Value {
    if (x.shape && sameShape(x.shape, dims)) return x;
    const { shape, empty } = reshapeTarget(x.shape, dims);
    return this.calls.Reshape(x, this.sizes(shape), empty ? { allowzero: 1 } : {});
  }

  /** `x` as `dtype`; no node where it has that type. */
  cast(x: Value, dtype: DataType): Value {
    if (x.dtype === dtype) return x;
    if (this.opset >= 6) return this.calls.Cast(x, { to: codeOfDtype(dtype) });
    return this.node('', 'Cast', [x], [['to', attribute.string(codeNameOf(dtype))]]).output();
  }

  /** `x` with its axes in another order; no node where the order is the same. */
  transpose(x: Value, order: readonly number[]): Value {
    return order.every((axis, k) => axis === k) ? x : this.calls.Transpose(x, { perm: order });
  }

  squeeze(x: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? x : this.withAxes('Squeeze', x, axes);
  }

  unsqueeze(x: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? x : this.withAxes('Unsqueeze', x, axes);
  }

  /** Axes are an input from opset 13 on. */
  private withAxes(op: 'Squeeze' | 'Unsqueeze', x: Value, axes: readonly number[]): Value {
    if (this.opset >= 13) return this.calls[op](x, this.ints(axes));
    return this.node('', op, [x], [['axes', attribute.ints(axes)]]).output();
  }

  /** Does something along the last axis: moves `axis` there, and back afterwards. The rank of `x` must be known. */
  movedToLast(x: Value, axis: number, inner: (x: Value) => Value): Value {
    const rank = x.rank;
    if (rank === undefined) throw new Error('movedToLast needs the rank');
    const order = Array.from({ length: rank }, (_, k) => k).filter((k) => k !== axis);
    order.push(axis);
    const back = order.map((_, k) => order.indexOf(k));
    return this.transpose(inner(this.transpose(x, order)), back);
  }

  /** A name that nothing in the graph has yet, as near to `wanted` as can be; it is taken from now on. */
  unique(wanted: string): string {
    let name = wanted;
    let k = this.nextNumber.get(wanted) ?? 2;
    for (; this.names.has(name); k++) name = `${wanted}_${k}`;
    this.names.add(name);
    this.nextNumber.set(wanted, k);
    return name;
  }

  /** Marks a name as taken. */
  keep(name: string | undefined): void {
    if (name) this.names.add(name);
  }

  private get calls(): OperatorCalls {
    return this as unknown as OperatorCalls;
  }

  private insert(node: Node): void {
    const { place, graph } = this;
    if (place?.graph === graph) graph.nodes.insertBefore(place, node);
    else graph.nodes.append(node);
    this.made.push(node);
  }
}

/** The method of an operator. */
function callOf(op: string) {
  return function (this: Builder, ...args: readonly (Operand | PlainAttributes)[]): Value {
    const last = args.at(-1);
    const attributes = last instanceof Value || last === undefined ? undefined : last;
    const inputs = (attributes ? args.slice(0, -1) : args) as readonly Operand[];
    return this.node('', op, inputs, plainToTyped(op, this.opset, attributes ?? {})).output();
  };
}

// Behind the prototype: so many methods, one after the other, would take two milliseconds to come into it.
Object.setPrototypeOf(Builder.prototype, Object.fromEntries(operatorNames('').map((op) => [op, callOf(op)] as const)));

/** Says that nothing tells of which type a value is. */
export class TypeNotKnown extends Error {
  constructor(readonly value: string) {
    super(`the element type of ${value} is not known`);
  }
}

/** The element type of a value that has one; throws TypeNotKnown for others. */
export function dtypeOf(value: Value): DataType {
  if (!value.dtype) throw new TypeNotKnown(value.name || 'a value');
  return value.dtype;
}

/** Module path of a node, to name what is made of it: all before the last slash of its name, else its name. */
function pathOf(node: Node): string {
  const name = node.name ?? '';
  const slash = name.lastIndexOf('/');
  return slash < 0 ? (node.scope.at(-1)?.path ?? '') : name.slice(0, slash);
}

function plainToTyped(op: string, opset: number, plain: PlainAttributes): [string, Attribute][] {
  const schema = operatorSchema('', op, opset);
  if (!schema || schema.deprecated) throw new Error(`opset ${opset} has no operator ${op}`);
  const typed: [string, Attribute][] = [];
  for (const [name, value] of Object.entries(plain)) {
    if (value === undefined) continue;
    const facts = schema.attributes.get(name);
    if (!facts) throw new Error(`${op} of opset ${opset} has no attribute ${name}`);
    typed.push([name, typedAttribute(facts.type, value)]);
  }
  return typed;
}

/** The compiler has checked the value against the same schema (operator-attributes.ts). */
function typedAttribute(type: attribute.AttributeType, value: PlainAttribute): Attribute {
  switch (type) {
    case 'int':
      return attribute.int(BigInt(value as bigint | number | boolean));
    case 'ints':
      return attribute.ints(value as readonly (bigint | number)[]);
    case 'float':
      return attribute.float(Number(value));
    case 'floats':
      return attribute.floats(value as readonly number[]);
    default:
      return { type, value } as Attribute;
  }
}

function tensorOf(value: number | bigint | boolean | readonly (number | bigint)[], dtype?: DataType): Tensor {
  if (typeof value === 'object') return Tensor.of(dtype ?? 'int64', [value.length], value);
  const natural = { number: 'float32', bigint: 'int64', boolean: 'bool' } as const;
  return Tensor.scalar(dtype ?? natural[typeof value as keyof typeof natural], exactly(value, dtype));
}

/** BigInt() does not take fractions; PyTorch truncates them where an integer is wanted. */
function exactly(value: number | bigint | boolean, dtype: DataType | undefined): number | bigint | boolean {
  return typeof value === 'number' && (dtype === 'int64' || dtype === 'uint64') ? BigInt(Math.trunc(value)) : value;
}

/** `float32_0.5`, `int64_1x768`: what it holds where that is short. */
function constantName(tensor: Tensor): string {
  if (tensor.count > 4) return `${tensor.dtype}_constant`;
  const values = tensor.dtype === 'int64' ? tensor.bigints() : tensor.numbers().map((each) => +each.toPrecision(6));
  return `${tensor.dtype}_${tensor.shape.length === 0 ? '' : 'list_'}${values.join('_')}`;
}
