/** Builds the replacement of a match: nodes, constants and attributes from what was captured. */
import type { OnnxBuilder } from '../../convert/builder.ts';
import { constantOf } from '../../dialects/onnx/data.ts';
import { differ } from '../../dialects/onnx/infer/join.ts';
import {
  allowedTypes,
  type Formal,
  formalAt,
  type OperatorSchema,
  operatorSchema,
} from '../../dialects/onnx/operators.ts';
import type { Attribute } from '../../ir/attribute.ts';
import { type DataType, isDataType, isFloat } from '../../ir/dtype.ts';
import { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import { typeText } from '../../ir/type.ts';
import { Value } from '../../ir/value.ts';
import { compute } from '../fold/kernels/table.ts';
import { literalAttribute, typedAttribute } from './attributes.ts';
import type { CompiledRule } from './compile.ts';
import { type Captured, evaluate } from './evaluate.ts';
import { type Item, Unknown } from './items.ts';
import type { Match } from './match.ts';
import type { AttributeSyntax, CallSyntax, InputSyntax, StatementSyntax, Term } from './syntax.ts';

/** Why a replacement cannot be made here, in words. */
export class NotMade extends Error {
  override readonly name = 'NotMade';
}

/** What a function of the rule gives to the replacement: values of the graph, or new constants. */
export type Made = Readonly<Record<string, Value | Tensor>>;

/** More elements than anybody computes while a rule is applied. */
const MOST_ELEMENTS = 1 << 22;

/**
 * Builds what stands in the place of a match; returns what stands in the place of which value. Throws NotMade where the
 * operators do not take what was captured. `buildAt` moves the builder to just before
 * `place`, with the origin of `source`.
 */
export function makeReplacement(
  rule: CompiledRule,
  match: Match,
  made: Made,
  onnx: OnnxBuilder,
  buildAt: (place: Node, source: Node) => void,
): ReadonlyMap<Value, Value> {
  return new Maker(rule, match, made, onnx, buildAt).run();
}

class Maker {
  private readonly made = new Map<string, Captured>();
  private readonly root: Node;

  constructor(
    private readonly rule: CompiledRule,
    private readonly match: Match,
    given: Made,
    private readonly onnx: OnnxBuilder,
    private readonly buildAt: (place: Node, source: Node) => void,
  ) {
    this.root = match.root;
    for (const [name, item] of Object.entries(given)) {
      this.made.set(name, { kind: 'value', value: item instanceof Tensor ? this.named(name, item) : item });
    }
  }

  private named(name: string, constant: Tensor): Value {
    const base = this.root.name || this.root.output().name || this.root.op;
    return this.onnx.initializer(`${base}_${name}`, constant);
  }

  run(): ReadonlyMap<Value, Value> {
    const values = new Map<Value, Value>();
    for (const [at, statement] of this.rule.replacement.entries()) {
      const place = this.match.maker(this.rule.places[at] ?? '') ?? this.root;
      this.buildAt(place, this.sourceOf(statement) ?? place);
      const results = this.statement(statement);
      for (const [k, { name }] of statement.outputs.entries()) {
        const value = results[k];
        if (name === '_' || !value) continue;
        this.made.set(name, { kind: 'value', value });
        const old = this.rule.replaced.has(name) ? this.match.value(name) : undefined;
        if (old) values.set(old, this.checked(old, value));
      }
    }
    return values;
  }

  /** Where what is built comes from: the same operator as before comes from where that came from. */
  private sourceOf({ value }: StatementSyntax): Node | undefined {
    return value.kind === 'call' && value.call.same !== undefined ? this.match.maker(value.call.same) : undefined;
  }

  private checked(old: Value, by: Value): Value {
    if (differ(old.type, by.type))
      throw new NotMade(`the result would be ${typeText(by.type)}, not ${typeText(old.type)}`);
    return by;
  }

  private readonly captures = (name: string): Captured | undefined => this.made.get(name) ?? this.match.captures(name);

  private statement({ value, outputs, constant }: StatementSyntax): readonly (Value | undefined)[] {
    if (value.kind === 'term') {
      const item = evaluate(value.term, this.captures);
      return [item instanceof Value ? item : this.constant(item, this.root.output().dtype)];
    }
    return constant ? this.computed(value.call, outputs.length) : this.call(value.call, outputs.length);
  }

  private call(call: CallSyntax, outputs: number): readonly Value[] {
    const { domain, op } = this.operatorOf(call);
    const schema = domain === '' ? this.schemaOf(op) : undefined;
    const inputs = this.inputs(call.inputs, schema);
    if (schema) checkInputs(schema, inputs);
    return this.onnx.node(domain, op, inputs, this.attributes(call, schema), outputs).outputs;
  }

  /** A call that is computed here and now; its inputs are constants. */
  private computed(call: CallSyntax, outputs: number): readonly Value[] {
    const { op } = this.operatorOf(call);
    const schema = this.schemaOf(op);
    const tensors = this.inputs(call.inputs, schema).map((value) => {
      const tensor = value && constantOf(value);
      if (value && !tensor) throw new NotMade(`${value.name} is no constant`);
      if (tensor && tensor.count > MOST_ELEMENTS) throw new NotMade(`${value.name} is too large to compute with here`);
      return tensor;
    });
    const node = new Node(op, [], { attributes: this.attributes(call, schema), outputs });
    const results = compute(node, tensors, this.onnx.opset);
    if (!results) throw new NotMade(`${op} of these constants is not computed beforehand`);
    return results.map((tensor) => this.onnx.constant(tensor));
  }

  private operatorOf(call: CallSyntax): { readonly domain: string; readonly op: string } {
    if (call.same !== undefined) {
      const found = this.match.maker(call.same);
      if (!found) throw new NotMade(`nothing makes ${call.same}`);
      return found;
    }
    const [operator = ''] = call.operators;
    const at = operator.indexOf('::');
    return at < 0 ? { domain: '', op: operator } : { domain: operator.slice(0, at), op: operator.slice(at + 2) };
  }

  private schemaOf(op: string): OperatorSchema {
    const schema = operatorSchema('', op, this.onnx.opset);
    if (!schema || schema.deprecated) throw new NotMade(`opset ${this.onnx.opset} has no operator ${op}`);
    return schema;
  }

  private inputs(inputs: readonly InputSyntax[], schema: OperatorSchema | undefined): readonly (Value | undefined)[] {
    // Numbers take the type of their neighbours, which must be there first.
    const values: (Value | undefined)[] = [];
    const open: { readonly at: number; readonly item: Item }[] = [];
    for (const input of inputs) {
      const found = this.input(input);
      if (Array.isArray(found)) values.push(...(found as readonly (Value | undefined)[]));
      else if (found instanceof Value || found === undefined) values.push(found);
      else {
        open.push({ at: values.length, item: (found as { item: Item }).item });
        values.push(undefined);
      }
    }
    for (const { at, item } of open) values[at] = this.constant(item, this.dtypeAt(at, values, schema, item));
    return values;
  }

  /** A value, several, none, or an item that is to become a constant. */
  private input(input: InputSyntax): Value | undefined | readonly (Value | undefined)[] | { readonly item: Item } {
    switch (input.kind) {
      case 'absent':
        return undefined;
      case 'call':
        return this.call(input.call, 1)[0];
      case 'rest': {
        const captured = this.captures(input.name);
        return captured?.kind === 'values' ? captured.values : [];
      }
      case 'name': {
        const captured = this.captures(input.name);
        if (captured?.kind === 'value') return captured.value;
        return this.item({ kind: 'name', name: input.name, place: input.place });
      }
      case 'term':
        return this.item(input.term);
    }
  }

  private item(term: Term): Value | undefined | { readonly item: Item } {
    const item = evaluate(term, this.captures);
    if (item instanceof Unknown) throw new NotMade(item.reason);
    return item instanceof Value ? item : { item };
  }

  /** By the schema: that of another input of the same type, or the only one that fits; else that of the root. */
  private dtypeAt(
    at: number,
    values: readonly (Value | undefined)[],
    schema: OperatorSchema | undefined,
    item: Item,
  ): DataType | undefined {
    const formal = schema && formalAt(schema.inputs, at);
    if (schema && formal) {
      const like = values.find((value, k) => value?.dtype && formalAt(schema.inputs, k)?.type === formal.type);
      if (like) return like.dtype;
      const [only, ...others] = tensorTypes(schema, formal);
      if (only !== undefined && others.length === 0 && isDataType(only)) return only;
    }
    return Array.isArray(item) ? 'int64' : this.root.output().dtype;
  }

  private constant(item: Item | Unknown, dtype: DataType | undefined): Value {
    if (item instanceof Unknown) throw new NotMade(item.reason);
    if (!dtype) throw new NotMade('the type of a constant is not known');
    const list = (Array.isArray(item) ? item : [item]) as readonly Item[];
    if (!list.every((each) => typeof each === 'number')) throw new NotMade('a size that is open is no constant');
    const numbers = list as readonly number[];
    if (!isFloat(dtype) && !numbers.every(Number.isSafeInteger))
      throw new NotMade(`${numbers} does not fit into ${dtype}`);
    return this.onnx.constant(Tensor.of(dtype, Array.isArray(item) ? [numbers.length] : [], numbers));
  }

  private attributes(call: CallSyntax, schema: OperatorSchema | undefined): [string, Attribute][] {
    const attributes: [string, Attribute][] = [];
    for (const each of call.attributes) {
      const made = this.attribute(each, schema);
      if (made) attributes.push([each.name, made]);
    }
    const own = new Set(attributes.map(([name]) => name));
    for (const [name, attribute] of call.rest ? this.match.rest(call.rest) : []) {
      if (own.has(name)) continue;
      if (schema && !schema.attributes.has(name)) throw new NotMade(`${schema.name} has no attribute ${name}`);
      attributes.push([name, attribute]);
    }
    return attributes;
  }

  private attribute({ name, value }: AttributeSyntax, schema: OperatorSchema | undefined): Attribute | undefined {
    const facts = schema?.attributes.get(name);
    if (schema && !facts) throw new NotMade(`${schema.name} of opset ${this.onnx.opset} has no attribute ${name}`);
    const captured = value.kind === 'name' ? this.captures(value.name) : undefined;
    // What was captured is handed on as it is, however large.
    if (captured?.kind === 'attribute') {
      const { attribute } = captured;
      if (!attribute || !facts || attribute.type === facts.type) return attribute;
    }
    const item = evaluate(value, this.captures);
    if (item instanceof Unknown) throw new NotMade(item.reason);
    const made = facts ? typedAttribute(facts.type, item) : literalAttribute(item);
    if (!made) throw new NotMade(`the attribute ${name} does not take ${String(item)}`);
    return made;
  }
}

function tensorTypes(schema: OperatorSchema, formal: Formal): readonly string[] {
  return allowedTypes(schema, formal);
}

/** Inference tells types that do not go together; here is seen whether the operator takes them at all. */
function checkInputs(schema: OperatorSchema, inputs: readonly (Value | undefined)[]): void {
  const most = schema.inputs.at(-1)?.kind === 'variadic' ? Number.POSITIVE_INFINITY : schema.inputs.length;
  if (inputs.length > most) throw new NotMade(`${schema.name} takes ${most} inputs, not ${inputs.length}`);
  for (const [k, value] of inputs.entries()) {
    const formal = formalAt(schema.inputs, k);
    if (!formal) continue;
    if (!value && formal.kind === 'single') throw new NotMade(`${schema.name} needs its input ${formal.name}`);
    const type = value?.type;
    if (type?.kind !== 'tensor' || tensorTypes(schema, formal).includes(type.dtype)) continue;
    throw new NotMade(`${schema.name} of this opset takes no ${type.dtype} for its input ${formal.name}`);
  }
}
