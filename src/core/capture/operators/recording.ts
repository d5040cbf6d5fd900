/**
 * Records calls of tensor operators as nodes: finds the results by the rules of the aten dialect, and checks what a file
 * records of them.
 */
import { INPUT_NAMES } from '../../custom/entry.ts';
import { ArgumentReader, type ArgumentValue } from '../../dialects/aten/arguments.ts';
import { fresh, isUndecided, type RuleArguments, type TensorInfo } from '../../dialects/aten/rule.ts';
import { inferResults, ruleFor } from '../../dialects/aten/rules.ts';
import type { Schema } from '../../dialects/aten/schema.ts';
import { overloadsOf } from '../../dialects/aten/schemas.ts';
import { viewRuleFor } from '../../dialects/aten/views.ts';
import type { Attribute } from '../../ir/attribute.ts';
import { COUNT_BOUNDS } from '../../ir/bounds.ts';
import type { DataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import type { Node } from '../../ir/node.ts';
import { sameShape, shapeText } from '../../ir/shape.ts';
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

/** What the source file says of the results, where it records them; strides are PyTorch's own. */
export type RecordedResults = readonly (TensorInfo | undefined)[];

export class RecordingOperators {
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
    const node = this.nodeOf(schema, bound, infos);
    if (inferred && recorded) this.check(node, inferred, recorded);
    if (!unknown ? infos.includes(undefined) : !recorded && !(ruleFor(schema.name) ?? viewRuleFor(schema.name)))
      this.reportUnknown(schema, node);
    return { node, infos };
  }

  /** A node of an operator, with results of these types. */
  protected nodeOf(schema: Schema, bound: Bound, outputs: readonly (TensorInfo | undefined)[]): Node {
    const { inputs, attributes } = nodeArguments(schema, bound, (tensor) => this.readKnown(tensor));
    return this.recorder.record({ op: schema.name, overload: schema.overload, inputs, attributes, outputs });
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
  protected known(info: TensorInfo): TensorInfo {
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
  protected counted(): Expression {
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
}

/** Tensors as rules see them; `known` narrows their types to what holds on this way. */
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

/** A type with the sizes and strides that the file records, where they do not contradict it. */
export function asRecorded(info: TensorInfo, recorded: TensorInfo | undefined): TensorInfo {
  if (!recorded) return info;
  const shape = sameShape(info.shape, recorded.shape) === false ? info.shape : recorded.shape;
  return { ...info, shape, strides: recorded.strides ?? info.strides };
}

/** Whether the file records all results. */
export function isWhole(recorded: RecordedResults | undefined): boolean {
  return recorded?.every((info) => info !== undefined) ?? false;
}
