/** Calls tensor operators as the program does: picks the overload, and gives in-place operators and `out=` their meaning. */
import { type CallKinds, matches, resolveOverload } from '../../dialects/aten/resolve.ts';
import {
  agreeShapes,
  fresh,
  isUndecided,
  ShapeError,
  type TensorInfo,
  UndecidedSize,
} from '../../dialects/aten/rule.ts';
import type { Schema } from '../../dialects/aten/schema.ts';
import { findSchema, overloadsOf } from '../../dialects/aten/schemas.ts';
import { viewRuleFor } from '../../dialects/aten/views.ts';
import { type Attribute, dim, dims } from '../../ir/attribute.ts';
import type { DataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { Aliases } from '../regions/aliases.ts';
import { RaisedError } from '../values/plain-values.ts';
import { Scalars } from '../values/scalars.ts';
import { TensorValue } from '../values/tensor.ts';
import { type CapturedValue, isTensor } from '../values/values.ts';
import { type Bound, type BoundValue, bind, type CallArguments, DataDependent, hasUnknown, kindOf } from './bind.ts';
import { conversion, FunctionalOperators, operatorName } from './functional.ts';
import { foldKnown } from './known.ts';
import { foldSizes } from './known-sizes.ts';
import { numberAdvice } from './number-advice.ts';
import { checkRecordedNumbers, EXPORT_ADVICE } from './recorded-numbers.ts';
import type { RecordedResults } from './recording.ts';
import { leadingNumberAsTensor, scalarsAsTensors } from './scalar-arguments.ts';

export class Operators extends FunctionalOperators {
  readonly scalars = new Scalars(this);
  readonly aliases = new Aliases();

  /** Calls `aten::name` with the overload that TorchScript would take. */
  call(name: string, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    const out = call.keywords.get('out');
    if (isTensor(out)) return this.callOut(name, call, out);
    const given = scalarsAsTensors(this, name, call);
    if (given !== call) return this.call(name, given, recorded);
    const kinds = kindsOf(call);
    const schema = resolveOverload(name, kinds);
    return schema ? this.run(schema, call, recorded) : this.withoutOverload(name, call, recorded);
  }

  /** A call that no overload takes as it is. */
  private withoutOverload(name: string, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    const given = leadingNumberAsTensor(this, call);
    const schema = given && resolveOverload(name, kindsOf(given));
    return schema ? this.run(schema, given, recorded) : this.unknownOperator('aten', name, call, recorded);
  }

  /** Calls one overload; where its arguments do not fit (a plain number for a tensor), the one that they fit. */
  callOverload(name: string, overload: string, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    const out = call.keywords.get('out');
    if (isTensor(out)) return this.callOut(name, call, out);
    if (scalarsAsTensors(this, name, call) !== call) return this.call(name, call, recorded);
    const schema = findSchema('aten', name, overload);
    const kinds = kindsOf(call);
    if (schema && matches(schema, kinds, true)) return this.run(schema, call, recorded);
    if (overloadsOf(name).length > 0) {
      const other = resolveOverload(name, kinds);
      if (other) return this.run(other, call, recorded);
    }
    return this.withoutOverload(name, call, recorded);
  }

  /** Runs a call that matches the schema. */
  run(schema: Schema, call: CallArguments, recorded?: RecordedResults): CapturedValue {
    let bound: Bound;
    try {
      bound = bind(schema, call, this.recorder.facts);
    } catch (error) {
      if (!(error instanceof DataDependent)) throw error;
      const reason = error.message + numberAdvice(this.recorder, [...call.positional, ...call.keywords.values()]);
      this.recorder.report('data-dependent', { operator: operatorName(schema) }, { reason });
      return this.unknownResults(schema);
    }
    const { examples } = this.recorder.symbols;
    const traced = examples.size > 0;
    try {
      if (traced) checkRecordedNumbers(schema, bound, examples);
      return this.runBound(schema, bound, recorded);
    } catch (error) {
      const operator = operatorName(schema);
      const { facts } = this.recorder;
      if (error instanceof UndecidedSize && error.difference instanceof Expression) {
        // An axis that is not 1 stays.
        if (facts.areUnequal(error.difference) && schema.name === 'squeeze' && schema.overload === 'dim')
          return this.call('alias', { positional: call.positional.slice(0, 1), keywords: new Map() });
        facts.leave(error.difference);
      }
      // On one of several ways PyTorch raises the error there.
      if (error instanceof ShapeError && facts.assumed) throw new RaisedError(`${operator}: ${error.message}`);
      if (error instanceof ShapeError) {
        this.recorder.report('invalid-model', { operator }, { reason: `${operator}: ${error.message}` });
      } else if (isUndecided(error)) {
        const reason = error.message + (traced ? EXPORT_ADVICE : numberAdvice(this.recorder, bound.values()));
        this.recorder.report('shape-unknown', { operator }, { reason });
      } else {
        throw error;
      }
      return this.unknownResults(schema);
    }
  }

  private runBound(schema: Schema, bound: Bound, recorded: RecordedResults | undefined): CapturedValue {
    const self = schema.arguments[0];
    if (schema.name.endsWith('_') && !schema.name.endsWith('__') && self?.alias?.write) {
      const target = bound.get(self.name);
      if (target instanceof TensorValue) return this.runInPlace(schema, bound, target);
    }
    const size = foldSizes(schema, bound);
    if (size !== undefined) return this.scalars.tensorOf(this.scalars.ofSize(size));
    return this.runFunctional(schema, bound, recorded);
  }

  /** `x.op_(...)`: the functional operator's result, written to x. */
  private runInPlace(schema: Schema, bound: Bound, target: TensorValue): CapturedValue {
    const name = schema.name.slice(0, -1);
    if (GEOMETRY.has(name)) return this.runGeometry(schema, name, bound, target);
    if (this.writeKnown(schema, name, bound, target)) return target;
    const value = this.newValue(schema, name, bound, target);
    if (value) {
      this.memory.write(target, value, operatorName(schema));
    }
    return target;
  }

  /** Arithmetic in place on an element that is known, as traces do it on sizes: it stays known. */
  private writeKnown(schema: Schema, name: string, bound: Bound, target: TensorValue): boolean {
    const known = target.element !== undefined || target.scalar !== undefined;
    const functional = target.isWhole && known && functionalSchema(schema, name);
    const size = functional ? foldSizes(functional, bound) : undefined;
    if (size !== undefined) {
      const number = this.scalars.ofSize(size);
      this.memory.write(target, this.read(this.scalars.tensorOf(number)), operatorName(schema));
      target.storage.left = { version: target.storage.version, element: number };
      return true;
    }
    const folded = functional ? foldKnown(functional, bound) : undefined;
    if (!folded || folded.dtype !== target.info?.dtype) return false;
    const value = this.recorder.constant('constant', folded.dtype, folded.value);
    this.memory.write(target, value, operatorName(schema));
    target.storage.left = { version: target.storage.version, element: folded.value };
    return true;
  }

  /** What an in-place operator writes; undefined where it writes nothing. */
  private newValue(schema: Schema, name: string, bound: Bound, target: TensorValue): Value | undefined {
    const { info } = target;
    if (name === 'copy' || name === 'fill' || name === 'zero') return this.filled(name, bound, target);
    const functional = functionalSchema(schema, name);
    if (!functional) {
      const node = this.nodeOf(schema, bound, [info]);
      this.recorder.report('unknown-operator', node);
      return node.output();
    }
    const view =
      info && !hasUnknown(bound) ? viewRuleFor(name)?.(this.readerOf(functional, bound), info)[0] : undefined;
    if (view?.aliasing === 'same') return undefined;
    const { node, infos } = this.recordCall(functional, bound, undefined);
    const result = infos[0];
    if (!info || !result) return node.output();
    const { facts } = this.recorder;
    agreeShapes(facts.shape(result.shape), facts.shape(info.shape), 'a result that is written in place');
    return this.castValue(node.output(), info);
  }

  /** `copy_`, `fill_` and `zero_` do not look at what they overwrite. */
  private filled(name: string, bound: Bound, target: TensorValue): Value | undefined {
    const { info } = target;
    const source = bound.get('src') ?? bound.get('other') ?? bound.get('value') ?? (name === 'zero' ? 0n : undefined);
    if (!info || (source instanceof TensorValue && !source.info)) return this.unknownTensor().storage.base;
    if (source instanceof TensorValue && source.info) {
      return this.expanded(this.castValue(this.read(source), { ...source.info, dtype: info.dtype }), source.info, info);
    }
    const fill = fillAttribute(source);
    return this.recorder.value({
      op: 'full',
      inputs: [],
      attributes: {
        size: dims(info.shape),
        fill_value: fill,
        dtype: { type: 'dtype', value: info.dtype },
        pin_memory: { type: 'none', value: undefined },
      },
      output: fresh(info.dtype, info.shape),
    });
  }

  private expanded(value: Value, from: TensorInfo, to: TensorInfo): Value {
    if (sameShape(from.shape, to.shape)) return value;
    return this.recorder.value({
      op: 'expand',
      inputs: [value],
      attributes: { size: dims(to.shape), implicit: { type: 'bool', value: false } },
      output: fresh(to.dtype, to.shape),
    });
  }

  /** Calls an operator that gives one tensor. */
  tensorCall(name: string, positional: readonly CapturedValue[]): TensorValue {
    const result = this.call(name, { positional, keywords: new Map() });
    return isTensor(result) ? result : this.unknownTensor();
  }

  /** A tensor in another type. */
  cast(tensor: TensorValue, dtype: DataType): TensorValue {
    const { info } = tensor;
    return info ? this.fresh(this.castValue(this.read(tensor), { ...info, dtype }), { ...info, dtype }) : tensor;
  }

  /** The value as the type of `info`. */
  private castValue(value: Value, info: TensorInfo): Value {
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

function kindsOf(call: CallArguments): CallKinds {
  return {
    positional: call.positional.map(kindOf),
    keywords: new Map([...call.keywords].map(([key, value]) => [key, kindOf(value)])),
  };
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

function fillAttribute(value: BoundValue): Attribute {
  if (typeof value === 'bigint') return { type: 'int', value };
  if (value instanceof Expression) return dim(value);
  if (typeof value === 'boolean') return { type: 'bool', value };
  return { type: 'float', value: Number(value) };
}
