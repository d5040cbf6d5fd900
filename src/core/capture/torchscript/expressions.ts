/** Evaluates the expressions of TorchScript code: values, attributes, and calls of operators, modules and functions. */
import type { CustomOperators } from '../../custom/definition.ts';
import type { TorchScriptArchive } from '../../formats/torch/archive.ts';
import type {
  BinaryOperator,
  CompareOperator,
  Expression,
  ExpressionOf,
  FunctionDefinition,
  Span,
  TypeExpression,
} from '../../formats/torch/ast.ts';
import type { Scope } from '../../ir/origin.ts';
import { complexNumber } from '../operators/complex-numbers.ts';
import { dispatch, type Keywords, NO_KEYWORDS, numberOf, reportUnmerged } from '../operators/dispatch.ts';
import type { Operators } from '../operators/operators.ts';
import type { Container } from '../regions/containers.ts';
import { forEachOption } from '../regions/selected.ts';
import { getItem, ProgramError, slice, truth } from '../values/plain-values.ts';
import { ScalarValue } from '../values/scalars.ts';
import type { TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  ClosureValue,
  DeviceValue,
  DictValue,
  EnumValue,
  FunctionValue,
  isTensor,
  isUnknown,
  itemsOf,
  ListValue,
  ModuleValue,
  NEVER,
  ObjectValue,
  OptionalValue,
  orUnknown,
  SelectedValue,
  TupleValue,
  UNKNOWN,
  type UnknownValue,
} from '../values/values.ts';
import { type CallSite, originWithin } from './call-stack.ts';
import type { Frame } from './interpreter.ts';
import { type ArchiveState, readableClass } from './state.ts';
import { isInstance } from './types.ts';
import { roundingOpen, upgraded } from './upgraders.ts';

const BINARY: Readonly<Record<BinaryOperator, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'floordiv',
  '%': 'remainder',
  '@': 'matmul',
  '**': 'pow',
  '&': '__and__',
  '|': '__or__',
  '^': '__xor__',
  '<<': '__lshift__',
  '>>': '__rshift__',
};

const COMPARE: Readonly<Record<CompareOperator, string>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  is: '__is__',
  'is not': '__isnot__',
  in: '__contains__',
  'not in': '__contains__',
};

/** Operators whose sizes may leave open how many tensors they give. */
const COUNTED = new Set(['chunk', 'unsafe_chunk', 'split', 'unsafe_split']);

/** Builtin functions by the operators that they are. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  int: 'Int',
  float: 'Float',
  bool: 'Bool',
  isnan: 'isnan',
  print: 'Print',
};

export abstract class Expressions {
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
  /** Evaluates one of two expressions, or both where only a run knows the condition. */
  protected abstract either(
    condition: CapturedValue,
    at: Span,
    frame: Frame,
    sides: readonly [() => CapturedValue, () => CapturedValue],
  ): CapturedValue;
  /** All lists, dicts and objects that the program can reach now. */
  protected abstract reachable(): ReadonlySet<Container>;
  abstract callGlobal(name: string, args: readonly CapturedValue[], keywords: Keywords): CapturedValue;

  constructor(
    protected readonly archive: TorchScriptArchive,
    protected readonly operators: Operators,
    protected readonly state: ArchiveState,
    protected readonly customOps: CustomOperators,
  ) {
    operators.aliases.reachable = () => this.reachable();
  }

  evaluate(expression: Expression, frame: Frame): CapturedValue {
    switch (expression.kind) {
      case 'int':
      case 'float':
      case 'string':
      case 'bool':
        return expression.value;
      case 'none':
        return null;
      case 'complex':
        return complexNumber(this.operators, 0, expression.imaginary);
      case 'ellipsis':
        return UNKNOWN;
      case 'constant':
        return this.state.constant(expression.index);
      case 'name':
        return this.variable(expression, frame);
      case 'global':
        return this.global(expression.name);
      case 'attribute':
        return this.attribute(expression, frame);
      case 'operator':
        return this.callOperator(
          expression.namespace,
          expression.name,
          this.all(expression.positional, frame),
          this.keywords(expression, frame),
          expression,
          frame,
        );
      case 'call':
        return this.call(expression, frame);
      case 'new':
        return new ObjectValue(expression.className);
      case 'annotate':
        return this.annotated(expression.type, this.evaluate(expression.value, frame), expression, frame);
      case 'unchecked-cast': {
        const value = this.evaluate(expression.value, frame);
        return value instanceof OptionalValue && expression.type.name !== 'Optional' ? value.item : value;
      }
      case 'uninitialized':
        return NEVER;
      case 'isinstance': {
        const value = this.evaluate(expression.value, frame);
        return isUnknown(value) ? UNKNOWN : expression.types.some((type) => isInstance(value, type));
      }
      case 'subscript':
        return this.subscript(expression, frame);
      case 'slice':
        return UNKNOWN;
      case 'list':
        return new ListValue(this.all(expression.items, frame));
      case 'tuple':
        return new TupleValue(this.all(expression.items, frame));
      case 'dict': {
        const dict = new DictValue();
        for (const [key, value] of expression.entries)
          dict.entries.set(this.evaluate(key, frame), this.evaluate(value, frame));
        return dict;
      }
      case 'comprehension':
        return this.comprehension(expression, frame);
      case 'starred':
        return this.evaluate(expression.value, frame);
      case 'unary':
        return this.unary(expression, frame);
      case 'binary': {
        const operands = this.all([expression.left, expression.right], frame);
        const name =
          expression.operator === '//' && operands.some(isTensor) ? 'floor_divide' : BINARY[expression.operator];
        const inPlace = expression.inPlace && isTensor(operands[0]) ? '_' : '';
        return this.callOperator('aten', `${name}${inPlace}`, operands, NO_KEYWORDS, expression, frame);
      }
      case 'compare':
        return this.compare(expression, frame);
      case 'logical': {
        const left = this.evaluate(expression.left, frame);
        const right = () => this.evaluate(expression.right, frame);
        const stays = () => left;
        return this.either(left, expression, frame, expression.operator === 'or' ? [stays, right] : [right, stays]);
      }
      case 'ternary': {
        const condition = this.evaluate(expression.condition, frame);
        return this.either(condition, expression, frame, [
          () => this.evaluate(expression.value, frame),
          () => this.evaluate(expression.otherwise, frame),
        ]);
      }
    }
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
  private entering<T>(at: Span, frame: Frame, call: () => T): T {
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
    if (namespace === 'aten' && roundingOpen(this.archive, meant.name, result))
      this.operators.recorder.report('rounding-assumed', this.operators.read(result).producer ?? { operator: name });
    return result;
  }

  protected numberOf(name: string, tensor: TensorValue, at: Span, frame: Frame): CapturedValue {
    this.standAt(at, frame);
    return numberOf(this.operators, name, tensor);
  }

  private annotated(type: TypeExpression, value: CapturedValue, at: Span, frame: Frame): CapturedValue {
    if (!isTensor(value)) return value;
    const conversions: Readonly<Record<string, string>> = {
      number: 'ScalarImplicit',
      int: 'Int',
      float: 'Float',
      bool: 'Bool',
    };
    const conversion = conversions[type.name];
    return conversion ? this.numberOf(conversion, value, at, frame) : value;
  }

  protected all(items: readonly Expression[], frame: Frame): CapturedValue[] {
    const values: CapturedValue[] = [];
    for (const item of items) {
      const value = this.evaluate(item, frame);
      if (item.kind === 'starred') values.push(...(itemsOf(value) ?? [UNKNOWN]));
      else values.push(value);
    }
    return values;
  }

  private keywords(
    call: { readonly keywords: readonly { readonly name: string; readonly value: Expression }[] },
    frame: Frame,
  ): Keywords {
    if (call.keywords.length === 0) return NO_KEYWORDS;
    return new Map(call.keywords.map(({ name, value }) => [name, this.evaluate(value, frame)]));
  }

  protected variable({ name }: ExpressionOf<'name'>, frame: Frame): CapturedValue {
    const value = frame.variables.get(name);
    const local = value === undefined ? frame.functions.get(name) : undefined;
    if (local) return new ClosureValue(local, new Map(frame.variables));
    if (value === undefined) throw new ProgramError(`there is no variable ${name}`);
    return value;
  }

  /** `__torch__.Color.RED`, or a class that is passed on. */
  protected global(name: string): CapturedValue {
    const dot = name.lastIndexOf('.');
    const [className, member] = [name.slice(0, dot), name.slice(dot + 1)];
    if (this.archive.functionOf(name)) return new FunctionValue(name);
    const definition = this.archive.classOf(className);
    const found = definition?.base === 'Enum' ? definition.attributes.find((each) => each.name === member) : undefined;
    if (!definition || !found?.value) return UNKNOWN;
    return new EnumValue(className, member, this.constantExpression(found.value));
  }

  /** Values of class attributes are literals. */
  protected constantExpression(expression: Expression): CapturedValue {
    return expression.kind === 'int' ||
      expression.kind === 'float' ||
      expression.kind === 'string' ||
      expression.kind === 'bool'
      ? expression.value
      : expression.kind === 'none'
        ? null
        : UNKNOWN;
  }

  protected attribute(expression: ExpressionOf<'attribute'>, frame: Frame): CapturedValue {
    return this.fieldOf(this.evaluate(expression.object, frame), expression, frame);
  }

  private fieldOf(object: CapturedValue, expression: ExpressionOf<'attribute'>, frame: Frame): CapturedValue {
    const { name } = expression;
    if (this.isUnknown(object, `prim::${name}`, expression, frame)) return UNKNOWN;
    if (object instanceof ModuleValue) return this.moduleAttribute(object, name);
    if (object instanceof ObjectValue) return orUnknown(object.attributes.get(name));
    if (object instanceof TupleValue) return orUnknown(object.items[object.names?.indexOf(name) ?? -1]);
    if (object instanceof SelectedValue)
      return forEachOption(this.operators, object, (each) => this.fieldOf(each, expression, frame));
    if (object instanceof EnumValue) return name === 'name' ? object.name : object.value;
    if (object instanceof DeviceValue) return name === 'type' ? (object.device.split(':')[0] ?? '') : null;
    if (!isTensor(object)) return UNKNOWN;
    return this.callOperator('aten', TENSOR_ATTRIBUTES[name] ?? name, [object], NO_KEYWORDS, expression, frame);
  }

  protected moduleAttribute(module: ModuleValue, name: string): CapturedValue {
    const stored = this.state.attribute(module, name);
    if (stored !== undefined) return stored;
    const declared = this.archive.classOf(module.object.className)?.attributes.find((each) => each.name === name);
    if (declared?.value) return this.constantExpression(declared.value);
    throw new ProgramError(`${readableClass(module.object.className)} has no attribute ${name}`);
  }

  private call(expression: ExpressionOf<'call'>, frame: Frame): CapturedValue {
    const { callee } = expression;
    const args = this.all(expression.positional, frame);
    const keywords = this.keywords(expression, frame);
    const [first] = args;
    // What is forked, or awaited later, runs where it stands.
    if (callee.kind === 'name' && first instanceof ClosureValue)
      return this.callFunction(first.definition, [], NO_KEYWORDS, first.variables);
    if (callee.kind === 'attribute') return this.callMethod(callee, args, keywords, expression, frame);
    const enter = (run: () => CapturedValue) => this.entering(expression, frame, run);
    if (callee.kind === 'global') return enter(() => this.callGlobal(callee.name, args, keywords));
    if (callee.kind !== 'name') return this.callValue(this.evaluate(callee, frame), args, keywords, expression, frame);
    const local = frame.functions.get(callee.name);
    if (local) return enter(() => this.callFunction(local, args, keywords, new Map(frame.variables)));
    const held = frame.variables.get(callee.name);
    if (held !== undefined) return this.callValue(held, args, keywords, expression, frame);
    return this.callOperator('prim', FUNCTIONS[callee.name] ?? callee.name, args, keywords, expression, frame);
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

  protected callMethod(
    callee: ExpressionOf<'attribute'>,
    args: readonly CapturedValue[],
    keywords: Keywords,
    at: Span,
    frame: Frame,
  ): CapturedValue {
    return this.callMethodOf(this.evaluate(callee.object, frame), callee, args, keywords, at, frame);
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

  private subscript(expression: ExpressionOf<'subscript'>, frame: Frame): CapturedValue {
    return this.elementOf(this.evaluate(expression.object, frame), expression, frame);
  }

  protected elementOf(container: CapturedValue, expression: ExpressionOf<'subscript'>, frame: Frame): CapturedValue {
    const [index] = expression.indices;
    if (!index || this.isUnknown(container, 'aten::__getitem__', expression, frame)) return UNKNOWN;
    if (container instanceof ModuleValue) {
      const at = this.evaluate(index, frame);
      return this.moduleAttribute(container, String(at));
    }
    if (index.kind === 'slice') {
      const bound = (part: Expression | undefined) => (part ? this.evaluate(part, frame) : null);
      const [from, to, step] = [bound(index.from), bound(index.to), bound(index.step)];
      if (container instanceof ListValue) return new ListValue(slice(container.items, from, to, step));
      if (container instanceof TupleValue) return new TupleValue(slice(container.items, from, to, step));
      if (typeof container === 'string') return slice([...container], from, to, step).join('');
      return this.callOperator('aten', 'slice', [container, 0n, from, to, step ?? 1n], NO_KEYWORDS, expression, frame);
    }
    const at = this.evaluate(index, frame);
    if (isTensor(container))
      return this.callOperator('aten', 'select', [container, 0n, at], NO_KEYWORDS, expression, frame);
    if (at instanceof ScalarValue || at instanceof SelectedValue || (container instanceof ListValue && container.grown))
      return this.callOperator('aten', '__getitem__', [container, at], NO_KEYWORDS, expression, frame);
    return isUnknown(at) ? UNKNOWN : orUnknown(getItem(container, at));
  }

  protected comprehension(expression: ExpressionOf<'comprehension'>, frame: Frame): CapturedValue {
    const items = itemsOf(this.evaluate(expression.iterable, frame));
    const { target } = expression;
    if (!items || target.kind !== 'name') return UNKNOWN;
    const made = items.map((item) => {
      frame.variables.set(target.name, item);
      return this.evaluate(expression.value, frame);
    });
    return new ListValue(made);
  }

  private unary(expression: ExpressionOf<'unary'>, frame: Frame): CapturedValue {
    const operand = this.evaluate(expression.operand, frame);
    if (expression.operator === '+') return operand;
    if (expression.operator === 'not') {
      const known = isTensor(operand) ? this.numberOf('Bool', operand, expression, frame) : operand;
      if (known instanceof ScalarValue)
        return this.callOperator('aten', '__not__', [known], NO_KEYWORDS, expression, frame);
      const decided = truth(known);
      return decided === undefined ? UNKNOWN : !decided;
    }
    const name = expression.operator === '-' ? 'neg' : 'bitwise_not';
    return this.callOperator('aten', name, [operand], NO_KEYWORDS, expression, frame);
  }

  private compare(expression: ExpressionOf<'compare'>, frame: Frame): CapturedValue {
    const [left = null, right = null] = this.all([expression.left, expression.right], frame);
    const contains = expression.operator === 'in' || expression.operator === 'not in';
    const operands = contains ? [right, left] : [left, right];
    const answer = this.callOperator('aten', COMPARE[expression.operator], operands, NO_KEYWORDS, expression, frame);
    return expression.operator === 'not in' && typeof answer === 'boolean' ? !answer : answer;
  }
}

const TENSOR_ATTRIBUTES: Readonly<Record<string, string>> = { T: 'numpy_T', H: 'matrix_H' };
