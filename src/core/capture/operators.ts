/**
 * Runs tensor operators: picks the overload, finds the results by the rules of the aten dialect, records nodes, and keeps
 * memory as PyTorch does, for views, in-place operators and `out=`.
 */
import { ArgumentReader, type ArgumentValue } from '../dialects/aten/arguments.ts';
import { matches, resolveOverload } from '../dialects/aten/resolve.ts';
import { fresh, type RuleArguments, ShapeError, type TensorInfo } from '../dialects/aten/rule.ts';
import { inferResults, ruleFor } from '../dialects/aten/rules.ts';
import type { Schema } from '../dialects/aten/schema.ts';
import { findSchema, overloadsOf } from '../dialects/aten/schemas.ts';
import type { View } from '../dialects/aten/view.ts';
import { viewRuleFor } from '../dialects/aten/views.ts';
import { type Attribute, ints } from '../ir/attribute.ts';
import type { DataType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import {
  type Bound,
  type BoundValue,
  bind,
  type CallArguments,
  DataDependent,
  hasUnknown,
  kindOf,
  nodeArguments,
  tensorsIn,
} from './bind.ts';
import { foldKnown } from './known.ts';
import { Memory } from './memory.ts';
import type { Recorder } from './recorder.ts';
import { Storage, TensorValue } from './tensor.ts';
import { type CapturedValue, isTensor, isUnknown, ListValue, TupleValue, UNKNOWN } from './values.ts';

/** What the source file says of the results, where it records them; strides are PyTorch's own. */
export type RecordedResults = readonly (TensorInfo | undefined)[];

export class Operators {
  readonly memory: Memory;

  constructor(readonly recorder: Recorder) {
    this.memory = new Memory(recorder);
  }

  /** Calls `aten::name` with the overload that TorchScript would take. */
  call(name: string, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    const out = call.keywords.get('out');
    if (isTensor(out)) return this.callOut(name, call, out);
    const kinds = {
      positional: call.positional.map(kindOf),
      keywords: new Map([...call.keywords].map(([key, value]) => [key, kindOf(value)])),
    };
    const schema = resolveOverload(name, kinds);
    return schema ? this.run(schema, call, recorded) : this.unknownOperator('aten', name, call, recorded);
  }

  /** Calls one overload; where its arguments do not fit (a plain number for a tensor), the one that they fit. */
  callOverload(name: string, overload: string, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    const schema = findSchema('aten', name, overload);
    const kinds = {
      positional: call.positional.map(kindOf),
      keywords: new Map([...call.keywords].map(([key, value]) => [key, kindOf(value)])),
    };
    if (schema && matches(schema, kinds, true)) return this.run(schema, call, recorded);
    if (overloadsOf(name).length > 0) {
      const other = resolveOverload(name, kinds);
      if (other) return this.run(other, call, recorded);
    }
    return this.unknownOperator('aten', name, call, recorded);
  }

  /** A new tensor of a value that a node just made. */
  fresh(value: Value, info: TensorInfo | undefined): TensorValue {
    const tensor = new TensorValue(new Storage(() => value), info);
    tensor.value = value;
    return tensor;
  }

  read(tensor: TensorValue): Value {
    return this.memory.read(tensor);
  }

  /**
   * Reports an operator that nobody knows, and records it with all tensors among its arguments, so that it is seen. Its
   * results are unknown unless the file records them.
   */
  unknownOperator(namespace: string, name: string, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    const given = [...call.positional.map((value, k) => [`argument_${k}`, value] as const), ...call.keywords];
    const inputs: Value[] = [];
    const attributes = new Map<string, Attribute>();
    let unknown = false;
    for (const [key, value] of given) {
      if (isUnknown(value)) this.recorder.incomplete = true;
      const tensors = flatTensors(value);
      unknown ||= isUnknown(value) || tensors.some((tensor) => !tensor.info);
      for (const tensor of tensors) inputs.push(this.read(tensor));
      const attribute = tensors.length === 0 ? plainAttribute(value) : undefined;
      if (attribute) attributes.set(key, attribute);
    }
    const node = this.recorder.record({
      domain: namespace,
      op: name,
      inputs,
      attributes,
      outputs: recorded ?? [undefined],
    });
    // A file that records sizes by symbols knows the operator's shapes as soon as the symbols are fixed.
    if (!recorded || (recorded.includes(undefined) && !unknown)) this.recorder.report('unknown-operator', node);
    return this.results(node, recorded ?? [undefined], undefined);
  }

  /** Runs a call that matches the schema. */
  run(schema: Schema, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    let bound: Bound;
    try {
      bound = bind(schema, call);
    } catch (error) {
      if (!(error instanceof DataDependent)) throw error;
      this.recorder.report('data-dependent', { operator: operatorName(schema) }, { reason: error.message });
      return this.unknownResults(schema);
    }
    try {
      return this.runBound(schema, bound, recorded);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      this.recorder.report(
        'invalid-model',
        { operator: operatorName(schema) },
        { reason: `${operatorName(schema)}: ${error.message}` },
      );
      return this.unknownResults(schema);
    }
  }

  private runBound(schema: Schema, bound: Bound, recorded: RecordedResults | undefined): CapturedValue {
    if (schema.results.length > 0 && schema.results.every((result) => result.type.base !== 'Tensor')) {
      if (!this.hasUnknown(bound)) {
        this.recorder.report(
          'data-dependent',
          { operator: operatorName(schema) },
          { reason: 'its answer is only known in a run' },
        );
      }
      return UNKNOWN;
    }
    const self = schema.arguments[0];
    if (schema.name.endsWith('_') && !schema.name.endsWith('__') && self?.alias?.write) {
      const target = bound.get(self.name);
      if (target instanceof TensorValue) return this.runInPlace(schema, bound, target);
    }
    const viewed = this.runView(schema, bound, recorded);
    if (viewed !== undefined) return viewed;
    const folded = foldKnown(schema, bound);
    if (folded) return this.knownTensor(folded.value, folded.dtype);
    const { node, infos } = this.recordCall(schema, bound, recorded);
    const results = this.results(node, infos, schema);
    this.linkAliases(schema, bound, results);
    return results;
  }

  /** A 0-d tensor whose element is known; it becomes a constant of the graph if a node reads it. */
  knownTensor(value: bigint | number | boolean, dtype: DataType): TensorValue {
    const storage = new Storage(() => this.recorder.constant('constant', dtype, value));
    return new TensorValue(storage, fresh(dtype, []), 0, [], () => value);
  }

  /** Records a call as a node with the results that the rules, or else the file, give. */
  private recordCall(
    schema: Schema,
    bound: Bound,
    recorded: RecordedResults | undefined,
  ): { node: Node; infos: readonly (TensorInfo | undefined)[] } {
    const unknown = this.hasUnknown(bound);
    const inferred = unknown ? undefined : this.infer(schema, bound);
    const infos = inferred ? withRecorded(inferred, recorded) : (recorded ?? schema.results.map(() => undefined));
    const { inputs, attributes } = nodeArguments(schema, bound, (tensor) => this.read(tensor));
    const node = this.recorder.record({
      op: schema.name,
      overload: schema.overload,
      inputs,
      attributes,
      outputs: infos,
    });
    if (inferred && recorded) this.check(node, inferred, recorded);
    if (!unknown ? infos.includes(undefined) : !recorded && !ruleFor(schema.name)) this.reportUnknown(schema, node);
    return { node, infos };
  }

  /** Whether the results of a call are unknown because an argument is. */
  private hasUnknown(bound: Bound): boolean {
    if ([...bound.values()].includes(UNKNOWN)) this.recorder.incomplete = true;
    return hasUnknown(bound);
  }

  private reportUnknown(schema: Schema, node: Node): void {
    if (ruleFor(schema.name)) {
      this.recorder.report('data-dependent', node, { reason: 'the shape of its result follows from the data' });
    } else {
      this.recorder.report('unknown-operator', node);
    }
  }

  private infer(schema: Schema, bound: Bound): readonly TensorInfo[] | undefined {
    return inferResults(readerOf(schema, bound));
  }

  /** The file's own record of a result must agree with the rule. */
  private check(node: Node, inferred: readonly TensorInfo[], recorded: RecordedResults): void {
    recorded.forEach((info, k) => {
      const ours = inferred[k];
      if (!info || !ours) return;
      if (ours.dtype === info.dtype && ours.shape.join() === info.shape.join()) return;
      const text = ({ dtype, shape }: TensorInfo) => `${dtype}[${shape.join(', ')}]`;
      this.recorder.report('invalid-model', node, {
        reason: `the file records ${text(info)} for a result of ${node.operator}, which gives ${text(ours)}`,
      });
    });
  }

  /** Results as the program sees them: one tensor, a tuple, or a list. */
  private results(node: Node, infos: readonly (TensorInfo | undefined)[], schema: Schema | undefined): CapturedValue {
    const tensors = node.outputs.map((value, k) => this.fresh(value, infos[k]));
    if (schema?.results.length === 1 && schema.results[0]?.type.list) {
      return infos.some((info) => info === undefined) ? UNKNOWN : new ListValue(tensors);
    }
    const [first] = tensors;
    return tensors.length === 1 && first ? first : new TupleValue(tensors);
  }

  private unknownResults(schema: Schema): CapturedValue {
    if (schema.results.some((result) => result.type.list)) return UNKNOWN;
    if (schema.results.length === 1) return this.unknownTensor();
    return new TupleValue(schema.results.map(() => this.unknownTensor()));
  }

  private unknownTensor(): TensorValue {
    // A value that no node makes: the problem that was reported keeps the graph from being used.
    return new TensorValue(new Storage(() => this.recorder.constant('unknown', 'float32', 0)), undefined);
  }

  /** Results that the schema says share memory with an argument, where no view rule says how. */
  private linkAliases(schema: Schema, bound: Bound, results: CapturedValue): void {
    const sets = new Set(
      schema.results.flatMap((result) => (result.alias && !result.alias.write ? [result.alias.set] : [])),
    );
    if (sets.size === 0) return;
    for (const argument of schema.arguments) {
      if (!argument.alias || !sets.has(argument.alias.set)) continue;
      for (const from of tensorsIn(bound.get(argument.name))) {
        for (const to of flatTensors(results)) if (from) this.memory.link(from.storage, to.storage);
      }
    }
  }

  /** A call of an operator that may give views; undefined where it is none. */
  private runView(schema: Schema, bound: Bound, recorded: RecordedResults | undefined): CapturedValue | undefined {
    const rule = viewRuleFor(schema.name);
    const name = schema.arguments[0]?.name ?? '';
    const self = bound.get(name);
    if (!rule || !(self instanceof TensorValue)) return undefined;
    if (!self.info || this.hasUnknown(bound)) return this.unknownView(schema, bound, self, recorded);
    const views = rule(readerOf(schema, bound), self.info).map((view, k) => refine(view, recorded?.[k]));
    const [first] = views;
    const list = schema.results[0]?.type.list === true;
    if (!list && first && isIdentity(first)) {
      if (first.aliasing === 'same') return self;
      return this.viewOf(self, first, this.read(self));
    }
    const folded = foldKnown(schema, bound);
    if (folded) return this.knownTensor(folded.value, folded.dtype);
    const { inputs, attributes } = nodeArguments(schema, bound, (tensor) => this.read(tensor));
    const infos = views.map((view) => view.info);
    const call =
      first && schema.name === 'to'
        ? conversion(inputs[0], first.info.dtype)
        : { op: schema.name, overload: schema.overload, inputs, attributes };
    const node = this.recorder.record({ ...call, outputs: infos });
    if (recorded) this.check(node, infos, recorded);
    const tensors = views.map((view, k) => this.viewOf(self, view, node.output(k)));
    return list ? new ListValue(tensors) : (tensors[0] ?? UNKNOWN);
  }

  private viewOf(self: TensorValue, view: View, value: Value): TensorValue {
    if (view.aliasing === 'same') return self;
    if (view.aliasing === 'view') {
      const tensor = new TensorValue(self.storage, view.info, self.offset + view.offset, [...self.steps, view.step]);
      tensor.value = value;
      tensor.seen = self.storage.version;
      if (view.step.kind === 'alias' && self.known) tensor.known = self.known;
      return tensor;
    }
    const tensor = this.fresh(value, view.info);
    if (view.aliasing === 'maybe') this.memory.link(self.storage, tensor.storage);
    return tensor;
  }

  private unknownView(
    schema: Schema,
    bound: Bound,
    self: TensorValue,
    recorded: RecordedResults | undefined,
  ): CapturedValue {
    const { inputs, attributes } = nodeArguments(schema, bound, (tensor) => this.read(tensor));
    const outputs = recorded ?? [undefined];
    const node = this.recorder.record({ op: schema.name, overload: schema.overload, inputs, attributes, outputs });
    const results = this.results(node, outputs, schema);
    for (const tensor of flatTensors(results)) this.memory.link(self.storage, tensor.storage);
    return results;
  }

  /** `x.op_(...)`: the functional operator's result, written to x. */
  private runInPlace(schema: Schema, bound: Bound, target: TensorValue): CapturedValue {
    const name = schema.name.slice(0, -1);
    if (GEOMETRY.has(name)) return this.runGeometry(schema, name, bound, target);
    const value = this.newValue(schema, name, bound, target);
    if (value) {
      this.memory.write(target, value, operatorName(schema));
      target.known = undefined;
    }
    return target;
  }

  /** What an in-place operator writes; undefined where it writes nothing. */
  private newValue(schema: Schema, name: string, bound: Bound, target: TensorValue): Value | undefined {
    const { info } = target;
    if (name === 'copy' || name === 'fill' || name === 'zero') return this.filled(name, bound, target);
    const functional = functionalSchema(schema, name);
    if (!functional) {
      const { inputs, attributes } = nodeArguments(schema, bound, (tensor) => this.read(tensor));
      const node = this.recorder.record({
        op: schema.name,
        overload: schema.overload,
        inputs,
        attributes,
        outputs: [info],
      });
      this.recorder.report('unknown-operator', node);
      return node.output();
    }
    const view = info && !hasUnknown(bound) ? viewRuleFor(name)?.(readerOf(functional, bound), info)[0] : undefined;
    if (view?.aliasing === 'same') return undefined;
    const { node, infos } = this.recordCall(functional, bound, undefined);
    const result = infos[0];
    if (!info || !result) return node.output();
    if (result.shape.join() !== info.shape.join()) {
      throw new ShapeError(
        `a result of shape [${result.shape.join(', ')}] does not fit [${info.shape.join(', ')}] in place`,
      );
    }
    return this.cast(node.output(), info);
  }

  /** `copy_`, `fill_` and `zero_` do not look at what they overwrite. */
  private filled(name: string, bound: Bound, target: TensorValue): Value | undefined {
    const { info } = target;
    const source = bound.get('src') ?? bound.get('other') ?? bound.get('value') ?? (name === 'zero' ? 0n : undefined);
    if (!info || (source instanceof TensorValue && !source.info)) return this.unknownTensor().storage.base;
    if (source instanceof TensorValue && source.info) {
      return this.expanded(this.cast(this.read(source), { ...source.info, dtype: info.dtype }), source.info, info);
    }
    const fill = fillAttribute(source);
    return this.recorder.value({
      op: 'full',
      inputs: [],
      attributes: {
        size: ints(info.shape),
        fill_value: fill,
        dtype: { type: 'dtype', value: info.dtype },
        pin_memory: { type: 'none', value: undefined },
      },
      output: fresh(info.dtype, info.shape),
    });
  }

  private expanded(value: Value, from: TensorInfo, to: TensorInfo): Value {
    if (from.shape.join() === to.shape.join()) return value;
    return this.recorder.value({
      op: 'expand',
      inputs: [value],
      attributes: { size: ints(to.shape), implicit: { type: 'bool', value: false } },
      output: fresh(to.dtype, to.shape),
    });
  }

  /** The value as the type of `info`. */
  private cast(value: Value, info: TensorInfo): Value {
    if (value.dtype === info.dtype) return value;
    return this.recorder.value({ ...conversion(value, info.dtype), output: fresh(info.dtype, info.shape) });
  }

  /** `squeeze_` and its kin change how the tensor looks at its memory, not what it holds. */
  private runGeometry(schema: Schema, name: string, bound: Bound, target: TensorValue): CapturedValue {
    const functional = functionalSchema(schema, name);
    if (!functional) return target;
    const seen = this.runView(functional, bound, undefined);
    if (isTensor(seen) && seen !== target) {
      target.storage = seen.storage;
      target.info = seen.info;
      target.offset = seen.offset;
      target.steps = seen.steps;
      target.value = seen.value;
      target.seen = seen.seen;
    }
    return target;
  }

  /** `op(..., out=x)`: the result, written to x. */
  private callOut(name: string, call: CallArguments, out: TensorValue): CapturedValue {
    const keywords = new Map(call.keywords);
    keywords.delete('out');
    const result = this.call(name, { positional: call.positional, keywords });
    if (isTensor(result)) this.call('copy_', { positional: [out, result], keywords: new Map() });
    return out;
  }
}

const GEOMETRY = new Set(['squeeze', 'unsqueeze', 't', 'transpose', 'swapaxes', 'swapdims', 'detach']);

function operatorName(schema: Schema): string {
  return `${schema.namespace}::${schema.name}`;
}

/** The schema of `add` for `add_`: the same overload, or the one whose arguments have the same names. */
function functionalSchema(schema: Schema, name: string): Schema | undefined {
  const overloads = overloadsOf(name);
  const names = (each: Schema) => each.arguments.map((argument) => argument.name).join();
  return (
    overloads.find((each) => each.overload === schema.overload) ??
    overloads.find((each) => names(each) === names(schema))
  );
}

/** Views that hold the same value: no node tells them from their input. */
function isIdentity(view: View): boolean {
  return view.aliasing === 'same' || (view.aliasing === 'view' && view.step.kind === 'alias');
}

/** Every conversion of the element type is written as `to.dtype`. */
function conversion(value: Value | undefined, dtype: DataType) {
  const off: Attribute = { type: 'bool', value: false };
  const attributes: Record<string, Attribute> = {
    dtype: { type: 'dtype', value: dtype },
    non_blocking: off,
    copy: off,
  };
  return { op: 'to', overload: 'dtype', inputs: [value], attributes };
}

function fillAttribute(value: BoundValue): Attribute {
  if (typeof value === 'bigint') return { type: 'int', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  return { type: 'float', value: Number(value) };
}

/** Rules see tensors as what is known of them. */
function readerOf(schema: Schema, bound: Bound): RuleArguments {
  const values = new Map<string, ArgumentValue<TensorInfo>>();
  for (const [name, value] of bound) values.set(name, infoOf(value));
  return new ArgumentReader(schema, values);
}

function infoOf(value: BoundValue): ArgumentValue<TensorInfo> {
  if (value instanceof TensorValue) return value.info;
  if (typeof value !== 'object') return value;
  const tensors = tensorsIn(value);
  if (tensors.length > 0) return tensors.map((tensor) => tensor?.info);
  return Array.isArray(value) ? (value as readonly bigint[]) : undefined;
}

/** Where the file records strides, they are PyTorch's own. */
function withRecorded(inferred: readonly TensorInfo[], recorded: RecordedResults | undefined): TensorInfo[] {
  return inferred.map((info, k) => ({ ...info, strides: recorded?.[k]?.strides ?? info.strides }));
}

function refine(view: View, recorded: TensorInfo | undefined): View {
  return recorded?.strides ? { ...view, info: { ...view.info, strides: recorded.strides } } : view;
}

/** All tensors within a value. */
export function flatTensors(value: CapturedValue): TensorValue[] {
  if (isTensor(value)) return [value];
  return value instanceof ListValue || value instanceof TupleValue ? value.items.flatMap(flatTensors) : [];
}

/** A plain value as an attribute; undefined for values that none can hold. */
export function plainAttribute(value: CapturedValue): Attribute | undefined {
  if (value === null) return { type: 'none', value: undefined };
  if (typeof value === 'bigint') return { type: 'int', value };
  if (typeof value === 'number') return { type: 'float', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'string') return { type: 'string', value };
  const items = value instanceof ListValue || value instanceof TupleValue ? value.items : undefined;
  if (!items) return undefined;
  if (items.every((item) => typeof item === 'bigint')) return { type: 'ints', value: items };
  if (items.every((item) => typeof item === 'number')) return { type: 'floats', value: items };
  if (items.every((item) => typeof item === 'boolean')) return { type: 'bools', value: items };
  return items.every((item) => typeof item === 'string') ? { type: 'strings', value: items } : undefined;
}
