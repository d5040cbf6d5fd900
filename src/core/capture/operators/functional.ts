import { isUndecided, type TensorInfo } from '../../dialects/aten/rule.ts';
import type { Schema } from '../../dialects/aten/schema.ts';
import type { View } from '../../dialects/aten/view.ts';
import { viewRuleFor } from '../../dialects/aten/views.ts';
import type { Attribute } from '../../ir/attribute.ts';
import type { DataType } from '../../ir/dtype.ts';
import { add } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { TensorValue } from '../values/tensor.ts';
import { type CapturedValue, flatTensors, ListValue, UNKNOWN } from '../values/values.ts';
import { type Bound, nodeArguments, tensorsIn } from './bind.ts';
import { foldKnown } from './known.ts';
import { asRecorded, isWhole, type RecordedResults, RecordingOperators } from './recording.ts';

/** Operators that sometimes return an argument or a view of it, though their schemas do not say so. */
const MAY_ALIAS = new Set(['einsum', 'native_dropout', 'channel_shuffle', 'atleast_1d', 'atleast_2d', 'atleast_3d']);

export class FunctionalOperators extends RecordingOperators {
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
    const outputs = recorded ?? [undefined];
    const node = this.nodeOf(schema, bound, outputs);
    const results = this.results(node, outputs, schema);
    for (const tensor of flatTensors(results)) this.memory.link(self.storage, tensor.storage);
    return results;
  }
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

function refine(view: View, recorded: TensorInfo | undefined): View {
  return recorded ? { ...view, info: asRecorded(view.info, recorded) } : view;
}

export function operatorName(schema: Schema): string {
  return `${schema.namespace}::${schema.name}`;
}
