/**
 * What calls of a TorchScript program become: operators, modules, methods and functions, each at its place. What their
 * arguments are: expressions.ts.
 */
import type { CustomOperators } from '../../custom/definition.ts';
import type { TorchScriptArchive } from '../../formats/torch/archive.ts';
import type { Expression, ExpressionOf, FunctionDefinition, Span } from '../../formats/torch/ast.ts';
import type { Scope } from '../../ir/origin.ts';
import { dispatch, type Keywords, numberOf, reportUnmerged } from '../operators/dispatch.ts';
import type { Operators } from '../operators/operators.ts';
import type { Container } from '../regions/containers.ts';
import { ProgramError } from '../values/plain-values.ts';
import type { TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  FunctionValue,
  isUnknown,
  ModuleValue,
  ObjectValue,
  UNKNOWN,
  type UnknownValue,
} from '../values/values.ts';
import { type CallSite, originWithin } from './call-stack.ts';
import type { Frame } from './interpreter.ts';
import { readableClass } from './names.ts';
import type { ArchiveState } from './state.ts';
import { roundingOpen, upgraded } from './upgraders.ts';

/** Operators whose sizes may leave open how many tensors they give. */
const COUNTED = new Set(['chunk', 'unsafe_chunk', 'split', 'unsafe_split']);

export abstract class Calls {
  /** The call whose results an assignment takes apart, and into how many: it fails for any other number. */
  protected unpacked: { readonly call: object; readonly count: number } | undefined;
  /** The call that is running. */
  private site: CallSite | undefined;

  abstract scope: Scope;
  abstract callFunction(
    definition: FunctionDefinition,
    args: readonly CapturedValue[],
    keywords: Keywords,
    /** What a function within another sees of that. */
    outer?: ReadonlyMap<string, CapturedValue>,
  ): CapturedValue;
  abstract callModule(
    module: ModuleValue,
    name: string,
    args: readonly CapturedValue[],
    keywords: Keywords,
  ): CapturedValue;
  /** All lists, dicts and objects that the program can reach now, or when `left` has ended. */
  protected abstract reachable(left?: Frame): ReadonlySet<Container>;
  abstract callGlobal(name: string, args: readonly CapturedValue[], keywords: Keywords): CapturedValue;

  constructor(
    protected readonly archive: TorchScriptArchive,
    protected readonly operators: Operators,
    protected readonly state: ArchiveState,
    protected readonly customOps: CustomOperators,
  ) {
    operators.aliases.reachable = () => this.reachable();
  }

  /** Says where the program is, for whatever is recorded or reported next. */
  protected standAt(at: Span, frame: Frame): void {
    const { archive, site } = this;
    const { source } = frame;
    this.operators.recorder.place = { scope: this.scope, origin: () => originWithin(archive, source, at.start, site) };
  }

  /** Whether a value is unknown; one that differs by the way taken is reported where it is used. */
  protected isUnknown(value: CapturedValue, operator: string, at: Span, frame: Frame): value is UnknownValue {
    if (!isUnknown(value)) return false;
    this.standAt(at, frame);
    reportUnmerged(this.operators.recorder, value, operator);
    return true;
  }

  /** Runs a call of the program's own code that stands there. */
  protected entering<T>(at: Span, frame: Frame, call: () => T): T {
    const outer = this.site;
    this.site = { source: frame.source, offset: at.start, outer };
    try {
      return call();
    } finally {
      this.site = outer;
    }
  }

  protected callOperator(
    namespace: string,
    name: string,
    args: readonly CapturedValue[],
    keywords: Keywords,
    at: Span,
    frame: Frame,
  ): CapturedValue {
    this.standAt(at, frame);
    const call = { name, args, keywords };
    const meant = namespace === 'aten' ? upgraded(this.archive.version, call) : call;
    const taken = COUNTED.has(meant.name) && this.unpacked?.call === at ? this.unpacked.count : undefined;
    const recorded = taken === undefined ? undefined : Array<undefined>(taken).fill(undefined);
    const result = dispatch(this.operators, this.customOps, { namespace, ...meant, recorded });
    if (namespace === 'aten' && roundingOpen(this.archive, meant.name, result)) this.warnOfRounding(name, result);
    return result;
  }

  /** Once for each line of the user's: traces hold the rounds of a loop one by one. */
  private warnOfRounding(name: string, result: TensorValue): void {
    const { recorder } = this.operators;
    const [frame] = recorder.place.origin();
    const subject = frame && `rounding of ${frame.file}:${frame.line}`;
    recorder.report('rounding-assumed', this.operators.read(result).producer ?? { operator: name }, {}, subject);
  }

  protected numberOf(name: string, tensor: TensorValue, at: Span, frame: Frame): CapturedValue {
    this.standAt(at, frame);
    return numberOf(this.operators, name, tensor);
  }

  protected moduleAttribute(module: ModuleValue, name: string): CapturedValue {
    const stored = this.state.attribute(module, name);
    if (stored !== undefined) return stored;
    const declared = this.archive.classOf(module.object.className)?.attributes.find((each) => each.name === name);
    if (declared?.value) return constantOf(declared.value);
    throw new ProgramError(`${readableClass(module.object.className)} has no attribute ${name}`);
  }

  /** Calls what a variable or an attribute holds: a function, or a module. */
  protected callValue(
    value: CapturedValue,
    args: readonly CapturedValue[],
    keywords: Keywords,
    at: Span,
    frame: Frame,
  ): CapturedValue {
    if (this.isUnknown(value, 'prim::CallFunction', at, frame)) return UNKNOWN;
    this.standAt(at, frame);
    if (value instanceof FunctionValue)
      return this.entering(at, frame, () => this.callGlobal(value.name, args, keywords));
    if (!(value instanceof ModuleValue)) throw new ProgramError('this is no function or module that could be called');
    return this.entering(at, frame, () => this.callModule(value, 'forward', args, keywords));
  }

  protected callMethodOf(
    object: CapturedValue,
    callee: ExpressionOf<'attribute'>,
    args: readonly CapturedValue[],
    keywords: Keywords,
    at: Span,
    frame: Frame,
  ): CapturedValue {
    if (object instanceof ModuleValue) {
      this.standAt(at, frame);
      return this.entering(at, frame, () => this.callModule(object, callee.name, args, keywords));
    }
    if (object instanceof ObjectValue) {
      const method = this.archive.classOf(object.className)?.methods.get(callee.name);
      if (method) return this.entering(at, frame, () => this.callFunction(method, [object, ...args], keywords));
    }
    if (this.isUnknown(object, `aten::${callee.name}`, at, frame)) return UNKNOWN;
    return this.callOperator('aten', callee.name, [object, ...args], keywords, at, frame);
  }
}

/** The value of a class attribute: these are literals; unknown for others. */
export function constantOf(expression: Expression): CapturedValue {
  return expression.kind === 'int' ||
    expression.kind === 'float' ||
    expression.kind === 'string' ||
    expression.kind === 'bool'
    ? expression.value
    : expression.kind === 'none'
      ? null
      : UNKNOWN;
}
