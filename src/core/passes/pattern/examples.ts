/**
 * Small random models that are nothing but a rule's pattern. Conditions give hints, operators the shapes that they want; what
 * does not fit all the same is thrown away and made anew.
 */
import type { CustomOperators } from '../../custom/definition.ts';
import { outputTypes } from '../../custom/definition.ts';
import { inferOutputs, opsetContext } from '../../dialects/onnx/infer.ts';
import {
  type AttributeFacts,
  allowedTypes,
  formalAt,
  type OperatorSchema,
  operatorSchema,
} from '../../dialects/onnx/operators.ts';
import type { Attribute } from '../../ir/attribute.ts';
import { type DataType, isDataType, isFloat } from '../../ir/dtype.ts';
import { Graph } from '../../ir/graph.ts';
import { type Model, makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { elementCount, isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { literalAttribute, typedAttribute } from './attributes.ts';
import type { CompiledRule, Pattern, PatternInput, PatternNode } from './compile.ts';
import { type Captured, evaluate } from './evaluate.ts';
import { shapeFor, wholeNumbersFor } from './example-shapes.ts';
import { type Hints, hintsOf } from './hints.ts';
import { Unknown } from './items.ts';
import type { AttributeSyntax } from './syntax.ts';

/** Numbers from 0 to 1. */
export type Random = () => number;

/** Thrown where what was chosen does not go together; `reason` in words. */
export class NoExample extends Error {
  override readonly name = 'NoExample';
}

/** A model of the pattern at an opset. Throws NoExample. The same numbers give the same model. */
export function exampleOf(
  rule: CompiledRule,
  pattern: Pattern,
  opset: number,
  custom: CustomOperators,
  random: Random,
): Model {
  return new ExampleMaker(rule, pattern, opset, custom, random).make();
}

class ExampleMaker {
  private readonly graph = new Graph('example');
  private readonly captured = new Map<string, Captured>();
  private readonly made = new Map<PatternNode, Node>();
  private readonly domains = new Map<string, number>();
  private readonly hints: Hints;
  /** Half of the models have positive constants alone: roots and logarithms of them are numbers. */
  private readonly positive: boolean;
  /** Some have axes of one size alone. */
  private readonly equal: boolean;

  constructor(
    private readonly rule: CompiledRule,
    private readonly pattern: Pattern,
    private readonly opset: number,
    private readonly custom: CustomOperators,
    private readonly random: Random,
  ) {
    this.hints = hintsOf(rule.conditions);
    this.positive = random() < 0.5;
    this.equal = random() < 0.4;
  }

  make(): Model {
    for (const node of this.pattern.nodes) this.node(node);
    const root = this.made.get(this.pattern.root);
    const seen = root ? root.outputs.filter((_, k) => (this.pattern.root.outputs[k] ?? '_') !== '_') : [];
    // What a replacement makes anew may be read by others.
    const kept = [...this.rule.replaced].flatMap((name) => {
      const captured = this.captured.get(name);
      const value = captured?.kind === 'value' ? captured.value : undefined;
      return value && value.producer !== root && this.random() < 0.5 ? [value] : [];
    });
    for (const value of [...seen, ...kept]) {
      if (!value.type) throw new NoExample(`the type of ${value.name} is not known`);
      this.graph.addOutput(value);
    }
    return makeModel('onnx', this.graph, { opsetImports: [['', this.opset], ...this.domains], irVersion: 8 });
  }

  private node(pattern: PatternNode): void {
    const operator = this.pick(pattern.operators);
    const [domain, op] = operator.includes('::') ? operator.split('::', 2) : ['', operator];
    const schema = domain === '' ? operatorSchema('', op ?? '', this.opset) : undefined;
    if (domain === '' && !schema) throw new NoExample(`opset ${this.opset} has no operator ${op}`);
    const inputs: (Value | undefined)[] = [];
    // Constants of the text take the type of their neighbours, attributes the axes of the first input.
    const order = [...pattern.inputs.keys()].sort((a, b) => rank(pattern.inputs[a]) - rank(pattern.inputs[b]));
    let attributes: [string, Attribute][] | undefined;
    for (const index of order) {
      const input = pattern.inputs[index];
      if (!input) continue;
      const found = this.input(input, index, { op: op ?? '', schema, inputs, attributes: attributes ?? [] });
      if (Array.isArray(found)) inputs.push(...found);
      else inputs[index] = found as Value | undefined;
      attributes ??= this.attributes(pattern, op ?? '', schema, inputs[0]);
    }
    attributes ??= this.attributes(pattern, op ?? '', schema, undefined);
    const outputs = pattern.outputs.map((name) => ({ name: name === '_' ? `unused_${this.made.size}` : plain(name) }));
    const made = new Node(op ?? '', Array.from(inputs), {
      domain: domain ?? '',
      name: `node_${this.made.size}`,
      attributes,
      outputs,
    });
    this.graph.nodes.append(made);
    if (domain) this.domains.set(domain, 1);
    this.infer(made);
    this.made.set(pattern, made);
    for (const [k, name] of pattern.outputs.entries()) {
      if (name !== '_') this.captured.set(name, { kind: 'value', value: made.outputs[k] });
    }
  }

  private infer(node: Node): void {
    if (node.domain === '') {
      try {
        inferOutputs(node, opsetContext(this.opset));
      } catch (error) {
        throw new NoExample(error instanceof Error ? error.message : String(error));
      }
      return;
    }
    const definition = this.custom.named(node.operator);
    if (!definition) throw new NoExample(`"operators" has no entry for ${node.operator}`);
    const types = outputTypes(
      definition,
      node.inputs.map((value) => value?.type),
      node.attributes,
    );
    for (const [k, value] of node.outputs.entries()) value.type = types[k];
  }

  private input(input: PatternInput, index: number, place: Place): Value | undefined | (Value | undefined)[] {
    switch (input.kind) {
      case 'absent':
        return undefined;
      case 'node':
        return this.made.get(input.node)?.output(input.output);
      case 'constant': {
        const item = evaluate(input.term, (name) => this.captured.get(name));
        if (item instanceof Unknown) throw new NoExample(item.reason);
        const list = (Array.isArray(item) ? item : [item]) as number[];
        const shape = Array.isArray(item) ? [list.length] : [];
        return this.constant(Tensor.of(this.dtypeAt(index, place, undefined), shape, list));
      }
      case 'value': {
        const before = this.captured.get(input.name);
        if (before?.kind === 'value') return before.value;
        const value = input.optional && this.random() < 0.4 ? undefined : this.value(input.name, index, place);
        this.captured.set(input.name, { kind: 'value', value });
        return value;
      }
      case 'rest': {
        const count = 1 + Math.floor(this.random() * 3);
        const values = Array.from({ length: count }, (_, k) => this.value(`${input.name}_${k}`, index, place));
        this.captured.set(input.name, { kind: 'values', values });
        return values;
      }
    }
  }

  private value(name: string, index: number, place: Place): Value {
    const { inputs, schema, op, attributes } = place;
    const dtype = this.dtypeAt(index, place, this.hints.dtypes.get(name));
    const shapes = inputs.map((value) => (isStatic(value?.shape) ? value.shape : undefined));
    const formal = schema && formalAt(schema.inputs, index);
    // Shapes, axes and the like: whole numbers that the operator computes with.
    const numbers = dtype === 'int64' && formal ? wholeNumbersFor(op, formal.name, shapes[0], this.random) : undefined;
    if (numbers) return this.constant(Tensor.of('int64', [numbers.length], numbers), name);
    const shape = this.hinted(
      name,
      shapeFor(op, index, shapes, new Map(attributes), this.random, this.hints.ranks.get(name), this.equal),
    );
    if (!this.hints.constants.has(name)) return this.graph.addInput({ name, type: tensorType(dtype, shape) });
    const wanted = this.hints.values.get(name);
    return this.constant(
      Tensor.of(
        dtype,
        shape,
        Array.from({ length: elementCount(shape) }, () => wanted ?? this.element(dtype)),
      ),
      name,
    );
  }

  private hinted(name: string, shape: number[]): number[] {
    const { sizes, counts, values } = this.hints;
    const count = counts.get(name);
    if (values.has(name)) return [];
    if (count !== undefined) return [count];
    for (const [axis, size] of sizes.get(name) ?? []) {
      const at = axis < 0 ? axis + shape.length : axis;
      if (at < shape.length) shape[at] = size;
    }
    return shape;
  }

  private element(dtype: DataType): number {
    if (dtype === 'bool') return this.random() < 0.5 ? 1 : 0;
    if (!isFloat(dtype)) return Math.floor(this.random() * 4) + 1;
    return this.positive ? this.random() + 0.1 : this.random() * 4 - 2;
  }

  private dtypeAt(index: number, { schema, inputs }: Place, hint: readonly DataType[] | undefined): DataType {
    const formal = schema && formalAt(schema.inputs, index);
    if (schema && formal) {
      const like = inputs.find((value, k) => value?.dtype && formalAt(schema.inputs, k)?.type === formal.type);
      if (like?.dtype) return like.dtype;
      const allowed = allowedTypes(schema, formal).filter(isDataType);
      const wanted = hint?.filter((each) => allowed.includes(each)) ?? [];
      if (wanted.length > 0) return this.pick(wanted);
      return (['float32', 'int64', 'bool'] as const).find((each) => allowed.includes(each)) ?? allowed[0] ?? 'float32';
    }
    return hint ? this.pick(hint) : (inputs.find((value) => value?.dtype)?.dtype ?? 'float32');
  }

  private constant(constant: Tensor, name = `constant_${this.graph.initializers.size}`): Value {
    return this.graph.addInitializer({ name, constant });
  }

  private attributes(
    { attributes }: PatternNode,
    op: string,
    schema: OperatorSchema | undefined,
    first: Value | undefined,
  ): [string, Attribute][] {
    const made: [string, Attribute][] = [];
    const named = new Set(attributes.map(({ name }) => name));
    for (const each of attributes) {
      const attribute = this.attribute(each, op, schema, first);
      if (attribute) made.push([each.name, attribute]);
    }
    for (const [name, facts] of schema?.attributes ?? []) {
      if (named.has(name) || !facts.required) continue;
      const attribute = this.randomAttribute(name, facts, first);
      if (attribute) made.push([name, attribute]);
    }
    return made;
  }

  private attribute(
    { name, value, otherwise, optional }: AttributeSyntax,
    op: string,
    schema: OperatorSchema | undefined,
    first: Value | undefined,
  ): Attribute | undefined {
    const facts = schema?.attributes.get(name);
    if (schema && !facts) {
      if (optional) return undefined;
      throw new NoExample(`${op} of opset ${this.opset} has no attribute ${name}`);
    }
    const isCapture = value.kind === 'name';
    const before = isCapture ? this.captured.get(value.name) : undefined;
    if (before?.kind === 'attribute') return before.attribute;
    if (isCapture) {
      const leaves = (optional || otherwise !== undefined || facts?.default !== undefined) && this.random() < 0.4;
      const attribute = leaves
        ? undefined
        : facts
          ? this.randomAttribute(name, facts, first)
          : ({ type: 'float', value: this.random() + 0.5 } as const);
      const usual = facts?.default === undefined ? undefined : typedAttribute(facts.type, facts.default as number);
      if (value.name !== '_') this.captured.set(value.name, { kind: 'attribute', attribute: attribute ?? usual });
      return attribute;
    }
    const item = evaluate(value, (each) => this.captured.get(each));
    if (item instanceof Unknown) throw new NoExample(item.reason);
    return facts ? typedAttribute(facts.type, item) : literalAttribute(item);
  }

  private randomAttribute(
    name: string,
    { type, default: usual }: AttributeFacts,
    first: Value | undefined,
  ): Attribute | undefined {
    const rank = first?.rank ?? 1;
    const number = (below: number) => Math.floor(this.random() * below);
    switch (type) {
      case 'float':
        return { type, value: Math.fround(this.random() + 0.25) };
      case 'int':
        if (name === 'axis') return { type, value: BigInt(number(2 * rank) - rank) };
        return { type, value: BigInt(name === 'to' ? 1 : number(2)) };
      case 'ints': {
        if (name === 'perm') return { type, value: shuffled(rank, this.random).map(BigInt) };
        if (name === 'axes') return { type, value: [BigInt(number(rank))] };
        if (name === 'kernel_shape') return { type, value: Array(Math.max(rank - 2, 1)).fill(2n) };
        return undefined;
      }
      case 'string':
        return typeof usual === 'string' ? { type, value: usual } : undefined;
      default:
        return undefined;
    }
  }

  private pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new NoExample('there is nothing to choose from');
    return item;
  }
}

/** Where an input stands, and what its neighbours are. */
interface Place {
  readonly op: string;
  readonly schema: OperatorSchema | undefined;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: readonly (readonly [string, Attribute])[];
}

/** What is known comes first, constants of the text last. */
function rank(input: PatternInput | undefined): number {
  return input?.kind === 'node' ? 0 : input?.kind === 'constant' ? 2 : 1;
}

function plain(name: string): string {
  return name.replace('#', 'inner_');
}

export function shuffled(length: number, random: Random): number[] {
  const order = [...Array(length).keys()];
  for (let k = length - 1; k > 0; k--) {
    const at = Math.floor(random() * (k + 1));
    [order[k], order[at]] = [order[at] ?? 0, order[k] ?? 0];
  }
  return order;
}
