/**
 * Runs tensor operators that write nothing: finds the results by the rules of the aten dialect, records nodes, and gives
 * views the memory of what they view.
 */
import { INPUT_NAMES } from '../../custom/entry.ts';
import { ArgumentReader, type ArgumentValue } from '../../dialects/aten/arguments.ts';
import { fresh, isUndecided, type RuleArguments, type TensorInfo } from '../../dialects/aten/rule.ts';
import { inferResults, ruleFor } from '../../dialects/aten/rules.ts';
import type { Schema } from '../../dialects/aten/schema.ts';
import { overloadsOf } from '../../dialects/aten/schemas.ts';
import type { View } from '../../dialects/aten/view.ts';
import { viewRuleFor } from '../../dialects/aten/views.ts';
import type { Attribute } from '../../ir/attribute.ts';
import { COUNT_BOUNDS } from '../../ir/bounds.ts';
import type { DataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import type { Node } from '../../ir/node.ts';
import { add, sameShape, shapeText } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { Memory } from '../memory.ts';
import type { Recorder } from '../recorder.ts';
import { Storage, TensorValue } from '../values/tensor.ts';
import { type CapturedValue, flatTensors, isUnknown, ListValue, TupleValue, UNKNOWN } from '../values/values.ts';
import {
  type Bound,
  type BoundValue,
  type CallArguments,
  hasUnknown,
  nodeArguments,
  plainAttribute,
  tensorsIn,
} from './bind.ts';
import { foldKnown } from './known.ts';

/** What the source file says of the results, where it records them; strides are PyTorch's own. */
export type RecordedResults = readonly (TensorInfo | undefined)[];

/** Operators that sometimes return an argument or a view of it, though their schemas do not say so. */
const MAY_ALIAS = new Set(['einsum', 'native_dropout', 'channel_shuffle', 'atleast_1d', 'atleast_2d', 'atleast_3d']);

export class FunctionalOperators {
  readonly memory: Memory;
  /** Values once more, as a way through the program knows them. */
  private readonly narrowed = new WeakMap<Value, Value>();

  constructor(readonly recorder: Recorder) {
    this.memory = new Memory(recorder);
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

  /** What a tensor holds now, as a value whose type has the sizes of this way through the program. */
  protected readKnown(tensor: TensorValue): Value {
    const value = this.read(tensor);
    const { recorder } = this;
    const { shape } = value;
    if (!recorder.facts.assumed || !shape) return value;
    const known = recorder.facts.shape(shape);
    if (shapeText(known) === shapeText(shape)) return value;
    const before = this.narrowed.get(value);
    if (before && recorder.sees(before) && shapeText(before.shape) === shapeText(known)) return before;
    const made = this.memory.reshape(value, known, recorder.place);
    this.narrowed.set(value, made);
    return made;
  }

  /**
   * Reports an operator that nobody knows, and records it with all tensors among its arguments, so that it is seen. Its
   * results are unknown unless the file records them.
   */
  unknownOperator(namespace: string, name: string, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    const given = [...call.positional.map((value, k) => [`argument_${k}`, value] as const), ...call.keywords];
    const inputs: Value[] = [];
    const names: string[] = [];
    const attributes = new Map<string, Attribute>();
    let unknown = false;
    for (const [key, value] of given) {
      if (isUnknown(value)) this.recorder.incomplete = true;
      const tensors = flatTensors(value);
      unknown ||= isUnknown(value) || tensors.some((tensor) => !tensor.info);
      for (const tensor of tensors) inputs.push(this.read(tensor));
      names.push(...tensors.map((_, k) => (tensors.length === 1 ? key : `${key}_${k}`)));
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
    node.metadata.set(INPUT_NAMES, names.join(' '));
    // A file that records sizes by symbols knows the operator's shapes as soon as the symbols are fixed.
    // A known operator whose arguments are unknown has been explained where that began.
    const ours = namespace === 'aten' && overloadsOf(name).length > 0;
    if (ours ? !unknown : !recorded || (recorded.includes(undefined) && !unknown))
      this.recorder.report('unknown-operator', node);
    return this.results(node, recorded ?? [undefined], undefined);
  }

  /** Runs a call whose schema writes nothing. Throws ShapeError for arguments that PyTorch refuses. */
  protected runFunctional(schema: Schema, bound: Bound, recorded: RecordedResults | undefined): CapturedValue {
    if (schema.results.length > 0 && schema.results.every((result) => result.type.base !== 'Tensor')) {
      const reason = 'its answer is only known in a run';
      if (!this.hasUnknown(bound))
        this.recorder.report('data-dependent', { operator: operatorName(schema) }, { reason });
      return UNKNOWN;
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
  protected recordCall(
    schema: Schema,
    bound: Bound,
    recorded: RecordedResults | undefined,
  ): { node: Node; infos: readonly (TensorInfo | undefined)[] } {
    const unknown = this.hasUnknown(bound);
    const inferred = unknown ? undefined : this.inferred(schema, bound, recorded);
    const infos = inferred ? withRecorded(inferred, recorded) : (recorded ?? schema.results.map(() => undefined));
    const { inputs, attributes } = nodeArguments(schema, bound, (tensor) => this.readKnown(tensor));
    const node = this.recorder.record({
      op: schema.name,
      overload: schema.overload,
      inputs,
      attributes,
      outputs: infos,
    });
    if (inferred && recorded) this.check(node, inferred, recorded);
    if (!unknown ? infos.includes(undefined) : !recorded && !(ruleFor(schema.name) ?? viewRuleFor(schema.name)))
      this.reportUnknown(schema, node);
    return { node, infos };
  }

  /** Rules see tensors as what is known of them. */
  protected readerOf(schema: Schema, bound: Bound): RuleArguments {
    const values = new Map<string, ArgumentValue<TensorInfo>>();
    for (const [name, value] of bound)
      values.set(
        name,
        infoOf(value, (info) => this.known(info)),
      );
    return new ArgumentReader(schema, values);
  }

  /** A tensor's type with the sizes that it has on this way through the program. */
  private known(info: TensorInfo): TensorInfo {
    const { facts } = this.recorder;
    if (!facts.assumed) return info;
    return { ...info, shape: facts.shape(info.shape), strides: info.strides && facts.shape(info.strides) };
  }

  /** Whether the results of a call are unknown because an argument is. */
  protected hasUnknown(bound: Bound): boolean {
    if ([...bound.values()].includes(UNKNOWN)) this.recorder.incomplete = true;
    return hasUnknown(bound);
  }

  protected reportUnknown(schema: Schema, node: Node): void {
    if (ruleFor(schema.name)) {
      this.recorder.report('data-dependent', node, { reason: 'the shape of its result follows from the data' });
    } else {
      this.recorder.report('unknown-operator', node);
    }
  }

  /** What the rules say, or nothing where they cannot decide and the file can. */
  private inferred(schema: Schema, bound: Bound, recorded: RecordedResults | undefined) {
    try {
      return this.infer(schema, bound);
    } catch (error) {
      if (isUndecided(error) && isWhole(recorded)) return undefined;
      throw error;
    }
  }

  /** A new symbol, for a size that only the data of a run tells. */
  private counted(): Expression {
    return Expression.symbol(this.recorder.symbols.unused('u'), COUNT_BOUNDS);
  }

  protected infer(schema: Schema, bound: Bound): readonly TensorInfo[] | undefined {
    return inferResults(this.readerOf(schema, bound), () => this.counted());
  }

  /** The file's own record of a result must agree with the rule. */
  protected check(node: Node, inferred: readonly TensorInfo[], recorded: RecordedResults): void {
    recorded.forEach((info, k) => {
      const ours = inferred[k];
      if (!info || !ours) return;
      if (ours.dtype === info.dtype && sameShape(ours.shape, info.shape) !== false) return;
      const text = ({ dtype, shape }: TensorInfo) => `${dtype}${shapeText(shape)}`;
      this.recorder.report('invalid-model', node, {
        reason: `the file records ${text(info)} for a result of ${node.operator}, which gives ${text(ours)}`,
      });
    });
  }

  /** Results as the program sees them: one tensor, a tuple, or a list. */
  protected results(node: Node, infos: readonly (TensorInfo | undefined)[], schema: Schema | undefined): CapturedValue {
    const tensors = node.outputs.map((value, k) => this.fresh(value, infos[k]));
    if (schema?.results.length === 1 && schema.results[0]?.type.list) {
      return infos.some((info) => info === undefined) ? UNKNOWN : new ListValue(tensors);
    }
    const [first] = tensors;
    return tensors.length === 1 && first ? first : new TupleValue(tensors);
  }

  protected unknownResults(schema: Schema): CapturedValue {
    if (schema.results.some((result) => result.type.list)) return UNKNOWN;
    if (schema.results.length === 1) return this.unknownTensor();
    return new TupleValue(schema.results.map(() => this.unknownTensor()));
  }

  protected unknownTensor(): TensorValue {
    // A value that no node makes: the problem that was reported keeps the graph from being used.
    return new TensorValue(new Storage(() => this.recorder.constant('unknown', 'float32', 0)), undefined);
  }

  /** Results that may share memory with an argument, where no view rule says how. */
  protected linkAliases(schema: Schema, bound: Bound, results: CapturedValue): void {
    const sets = new Set(
      schema.results.flatMap((result) => (result.alias && !result.alias.write ? [result.alias.set] : [])),
    );
    const all = MAY_ALIAS.has(schema.name);
    if (sets.size === 0 && !all) return;
    for (const argument of schema.arguments) {
      if (!all && !(argument.alias && sets.has(argument.alias.set))) continue;
      for (const from of tensorsIn(bound.get(argument.name))) {
        for (const to of flatTensors(results)) if (from) this.memory.link(from.storage, to.storage);
      }
    }
  }

  /** A call of an operator that may give views; undefined where it is none. */
  protected runView(schema: Schema, bound: Bound, recorded: RecordedResults | undefined): CapturedValue | undefined {
    const rule = viewRuleFor(schema.name);
    const name = schema.arguments[0]?.name ?? '';
    const self = bound.get(name);
    if (!rule || !(self instanceof TensorValue)) return undefined;
    if (!self.info || this.hasUnknown(bound)) return this.unknownView(schema, bound, self, recorded);
    let views: View[];
    try {
      const made = rule(this.readerOf(schema, bound), this.known(self.info), () => this.counted(), recorded?.length);
      views = made.map((view, k) => refine(view, recorded?.[k]));
    } catch (error) {
      if (isUndecided(error) && isWhole(recorded)) return this.unknownView(schema, bound, self, recorded);
      throw error;
    }
    const [first] = views;
    const list = schema.results[0]?.type.list === true;
    if (!list && first && isIdentity(first)) {
      if (first.aliasing === 'same') return self;
      return this.viewOf(self, first, this.read(self));
    }
    const folded = foldKnown(schema, bound);
    if (folded) return this.knownTensor(folded.value, folded.dtype);
    const { inputs, attributes } = nodeArguments(schema, bound, (tensor) => this.readKnown(tensor));
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

  protected viewOf(self: TensorValue, view: View, value: Value): TensorValue {
    if (view.aliasing === 'same') return self;
    if (view.aliasing === 'view') {
      const known = view.step.kind === 'alias' ? self.known : undefined;
      const steps = [...self.steps, view.step];
      const tensor = new TensorValue(self.storage, view.info, add(self.offset, view.offset), steps, known);
      tensor.value = value;
      tensor.seen = self.storage.version;
      return tensor;
    }
    const tensor = this.fresh(value, view.info);
    if (view.aliasing === 'maybe') this.memory.link(self.storage, tensor.storage);
    return tensor;
  }

  protected unknownView(
    schema: Schema,
    bound: Bound,
    self: TensorValue,
    recorded: RecordedResults | undefined,
  ): CapturedValue {
    const { inputs, attributes } = nodeArguments(schema, bound, (tensor) => this.readKnown(tensor));
    const outputs = recorded ?? [undefined];
    const node = this.recorder.record({ op: schema.name, overload: schema.overload, inputs, attributes, outputs });
    const results = this.results(node, outputs, schema);
    for (const tensor of flatTensors(results)) this.memory.link(self.storage, tensor.storage);
    return results;
  }
}

export function operatorName(schema: Schema): string {
  return `${schema.namespace}::${schema.name}`;
}

/** Views that hold the same value: no node tells them from their input. */
function isIdentity(view: View): boolean {
  return view.aliasing === 'same' || (view.aliasing === 'view' && view.step.kind === 'alias');
}

/** Every conversion of the element type is written as `to.dtype`. */
export function conversion(value: Value | undefined, dtype: DataType) {
  const off: Attribute = { type: 'bool', value: false };
  const attributes: Record<string, Attribute> = {
    dtype: { type: 'dtype', value: dtype },
    non_blocking: off,
    copy: off,
  };
  return { op: 'to', overload: 'dtype', inputs: [value], attributes };
}

function infoOf(value: BoundValue, known: (info: TensorInfo) => TensorInfo): ArgumentValue<TensorInfo> {
  if (value instanceof TensorValue) return value.info && known(value.info);
  if (typeof value !== 'object' || value instanceof Expression) return value;
  const tensors = tensorsIn(value);
  if (tensors.length > 0) return tensors.map((tensor) => tensor?.info && known(tensor.info));
  return Array.isArray(value) ? (value as readonly bigint[]) : undefined;
}

/** Where the file records strides, they are PyTorch's own; its sizes are written as its other sizes are. */
function withRecorded(inferred: readonly TensorInfo[], recorded: RecordedResults | undefined): TensorInfo[] {
  return inferred.map((info, k) => asRecorded(info, recorded?.[k]));
}

function refine(view: View, recorded: TensorInfo | undefined): View {
  return recorded ? { ...view, info: asRecorded(view.info, recorded) } : view;
}

function asRecorded(info: TensorInfo, recorded: TensorInfo | undefined): TensorInfo {
  if (!recorded) return info;
  const shape = sameShape(info.shape, recorded.shape) === false ? info.shape : recorded.shape;
  return { ...info, shape, strides: recorded.strides ?? info.strides };
}

function isWhole(recorded: RecordedResults | undefined): boolean {
  return recorded?.every((info) => info !== undefined) ?? false;
}
