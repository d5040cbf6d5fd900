/**
 * Runs the forwards of pickled modules: the interpreter of TorchScript, with what Python may do beyond it (modules that are
 * called or walked through, subscripts, sizes one by one), and with problems for modules that no row of the table fits.
 */
import type { CustomOperators } from '../../custom/definition.ts';
import type { Expression, ExpressionOf, Span } from '../../formats/torch/ast.ts';
import { callBuiltin } from '../operators/builtins.ts';
import { dispatch, type Keywords, NO_KEYWORDS } from '../operators/dispatch.ts';
import type { Operators } from '../operators/operators.ts';
import { type Frame, Interpreter } from '../torchscript/interpreter.ts';
import { readableClass } from '../torchscript/names.ts';
import type { ArchiveState } from '../torchscript/state.ts';
import { ProgramError } from '../values/plain-values.ts';
import type { TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  isTensor,
  isUnknown,
  itemsOf,
  ListValue,
  ModuleValue,
  TupleValue,
  UNKNOWN,
} from '../values/values.ts';
import { ELLIPSIS, indexTensor, sliceValue } from './indexing.ts';
import { ModuleChildren } from './module-children.ts';
import { ModuleProblems } from './module-problems.ts';
import type { ObjectArchive } from './object-archive.ts';
import { callAten } from './python-calls.ts';
import { operatorOf, PYTHON_OPERATORS, pythonGlobal } from './python-names.ts';

/** Modules whose name a program may write before a dot, as in `math.sqrt(x)`. */
const PYTHON_MODULE = /^(_?operator|math|builtins)\.(\w+)$/;

/** `torch.ops.aten.add.Tensor` */
const OPERATOR_NAME = /^torch\.ops\.(\w+)\.(\w+)(?:\.(\w+))?$/;

export class ObjectInterpreter extends Interpreter {
  private readonly problems: ModuleProblems;
  private readonly children: ModuleChildren;

  constructor(
    private readonly objects: ObjectArchive,
    operators: Operators,
    state: ArchiveState,
    customOps: CustomOperators,
  ) {
    super(objects, operators, state, customOps);
    this.problems = new ModuleProblems(objects, operators.recorder);
    this.children = new ModuleChildren(objects, state);
  }

  private readonly aten = (name: string, args: readonly CapturedValue[], keywords?: Keywords): CapturedValue =>
    callAten(this.operators, this.customOps, name, args, keywords);

  /** A module that cannot be run is reported, and what it gives is unknown: so all problems show at once. */
  override callModule(
    module: ModuleValue,
    name: string,
    args: readonly CapturedValue[],
    keywords: Keywords,
  ): CapturedValue {
    const type = readableClass(module.object.className);
    if (name !== 'forward' || this.customOps.forModule(type)) return super.callModule(module, name, args, keywords);
    if (!this.within(module, type, () => this.problems.check(module, this.scope))) return UNKNOWN;
    try {
      this.within(module, type, () => this.makeWeights(module));
      return super.callModule(module, name, args, keywords);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.within(module, type, () => this.problems.failed(module, error, this.scope));
      return UNKNOWN;
    }
  }

  /** Weights that hooks of PyTorch make out of others before each forward. */
  private makeWeights(module: ModuleValue): void {
    for (const { hook, name, dim } of this.objects.factsOf(module.object)?.weights ?? []) {
      const axis = typeof dim === 'bigint' ? dim : null;
      this.state.setAttribute(module, name, this.callGlobal(hook, [module, name, axis], NO_KEYWORDS));
    }
  }

  override callGlobal(name: string, args: readonly CapturedValue[], keywords: Keywords): CapturedValue {
    const known = this.archive.functionOf(name);
    if (known) return this.callFunction(known, args, keywords);
    const [, namespace, op = '', overload] = OPERATOR_NAME.exec(name) ?? [];
    if (namespace !== undefined) {
      // An operator by its full name, as torch.export writes it; `default` is the overload without a name.
      const named = overload === undefined ? {} : { overload: overload === 'default' ? '' : overload };
      return dispatch(this.operators, this.customOps, { namespace, name: op, ...named, args, keywords });
    }
    const [, python, member = ''] = PYTHON_MODULE.exec(name) ?? [];
    const operator = python === undefined ? operatorOf(name) : (PYTHON_OPERATORS[member] ?? member);
    if (operator !== undefined) {
      const known = this.pythonFunction(operator, args);
      return known === undefined ? this.aten(operator, args, keywords) : known;
    }
    const dot = name.lastIndexOf('.');
    return this.operators.unknownOperator(name.slice(0, dot), name.slice(dot + 1), { positional: args, keywords });
  }

  protected override callOperator(
    namespace: string,
    name: string,
    args: readonly CapturedValue[],
    keywords: Keywords,
    at: Span,
    frame: Frame,
  ): CapturedValue {
    this.standAt(at, frame);
    if (namespace === 'prim') {
      const global = this.objects.globalName(name, frame.source);
      if (global !== undefined) return this.callGlobal(global, args, keywords);
      const known = this.pythonFunction(name, args);
      if (known !== undefined) return known;
    }
    if (namespace === 'aten' && name.includes('.')) return this.callGlobal(`torch.${name}`, args, keywords);
    return namespace === 'aten'
      ? this.aten(name, args, keywords)
      : super.callOperator(namespace, name, args, keywords, at, frame);
  }

  /** Functions of Python that modules and subscripts are given to; undefined for all others. */
  private pythonFunction(name: string, args: readonly CapturedValue[]): CapturedValue | undefined {
    const [first = null, second = null, third] = args;
    switch (name) {
      case 'slice':
        return args.length === 1 ? sliceValue(null, first, null) : sliceValue(first, second, third ?? null);
      case 'getattr':
        if (!(first instanceof ModuleValue) || typeof second !== 'string') return undefined;
        return this.children.attributeOf(first, second) ?? third ?? this.moduleAttribute(first, second);
      case 'hasattr':
        if (!(first instanceof ModuleValue) || typeof second !== 'string') return undefined;
        return this.children.attributeOf(first, second) !== undefined;
      case 'getitem':
        if (isTensor(first)) return indexTensor(this.aten, first, itemsOrOne(second));
        return callBuiltin('__getitem__', args, NO_KEYWORDS);
      case 'setitem':
        if (!isTensor(first)) return callBuiltin('_set_item', args, NO_KEYWORDS);
        this.write(first, itemsOrOne(second), third ?? null);
        return null;
      default: {
        if (!args.some((each) => each instanceof ModuleValue)) return undefined;
        return callBuiltin(
          name,
          args.map((each) => (each instanceof ModuleValue ? new ListValue([...this.children.walked(each)]) : each)),
          NO_KEYWORDS,
        );
      }
    }
  }

  protected override callMethod(
    callee: ExpressionOf<'attribute'>,
    args: readonly CapturedValue[],
    keywords: Keywords,
    at: Span,
    frame: Frame,
  ): CapturedValue {
    const global = this.dottedName(callee, frame);
    if (global !== undefined) {
      this.standAt(at, frame);
      return this.callGlobal(global, args, keywords);
    }
    return super.callMethod(callee, args, keywords, at, frame);
  }

  /** `self.conv1(x)` calls what an attribute holds, where the class has no method of that name. */
  protected override callMethodOf(
    object: CapturedValue,
    callee: ExpressionOf<'attribute'>,
    args: readonly CapturedValue[],
    keywords: Keywords,
    at: Span,
    frame: Frame,
  ): CapturedValue {
    const { name } = callee;
    if (object instanceof ModuleValue && !this.archive.classOf(object.object.className)?.methods.has(name)) {
      const held = this.children.attributeOf(object, name);
      if (held !== undefined) return this.callValue(held, args, keywords, at, frame);
      const walked = this.children.walk(object, name);
      if (walked) return walked;
    }
    return super.callMethodOf(object, callee, args, keywords, at, frame);
  }

  protected override iterated(value: CapturedValue): readonly CapturedValue[] | undefined {
    return value instanceof ModuleValue ? this.children.walked(value) : super.iterated(value);
  }

  protected override attribute(expression: ExpressionOf<'attribute'>, frame: Frame): CapturedValue {
    const global = this.dottedName(expression, frame);
    return global === undefined ? super.attribute(expression, frame) : pythonGlobal(global);
  }

  protected override variable(expression: ExpressionOf<'name'>, frame: Frame): CapturedValue {
    const held = frame.variables.get(expression.name);
    if (held !== undefined) return held;
    if (expression.name === 'Ellipsis') return ELLIPSIS;
    const global = this.objects.globalName(expression.name, frame.source);
    return global === undefined ? super.variable(expression, frame) : pythonGlobal(global);
  }

  protected override global(name: string): CapturedValue {
    return pythonGlobal(name);
  }

  /** `torchvision.ops.boxes.nms` where no variable is called torchvision; undefined for attributes of values. */
  private dottedName(expression: Expression, frame: Frame): string | undefined {
    const parts: string[] = [];
    let at = expression;
    for (; at.kind === 'attribute'; at = at.object) parts.unshift(at.name);
    if (at.kind === 'global') return [at.name, ...parts].join('.');
    if (at.kind !== 'name' || frame.variables.has(at.name) || frame.functions.has(at.name)) return undefined;
    return [this.objects.globalName(at.name, frame.source) ?? at.name, ...parts].join('.');
  }

  protected override elementOf(
    container: CapturedValue,
    expression: ExpressionOf<'subscript'>,
    frame: Frame,
  ): CapturedValue {
    if (isUnknown(container)) return UNKNOWN;
    if (container instanceof ModuleValue) return this.childAt(container, expression, frame);
    if (!isTensor(container)) return super.elementOf(container, expression, frame);
    const indices = this.indices(expression, frame);
    this.standAt(expression, frame);
    return indexTensor(this.aten, container, indices);
  }

  private indices(expression: ExpressionOf<'subscript'>, frame: Frame): readonly CapturedValue[] {
    const part = (value: Expression | undefined) => (value ? this.evaluate(value, frame) : null);
    const made = expression.indices.map((index) => {
      if (index.kind === 'slice') return sliceValue(part(index.from), part(index.to), part(index.step));
      return index.kind === 'ellipsis' ? ELLIPSIS : this.evaluate(index, frame);
    });
    const [only = null] = made;
    return made.length === 1 && only instanceof TupleValue ? only.items : made;
  }

  /** `layers[0]`, `layers[1:]`, `blocks["first"]`. */
  private childAt(module: ModuleValue, expression: ExpressionOf<'subscript'>, frame: Frame): CapturedValue {
    const [index] = expression.indices;
    const children = new ListValue(this.children.of(module).map(([, child]) => child));
    if (index?.kind === 'slice') return super.elementOf(children, expression, frame);
    const at = index ? this.evaluate(index, frame) : null;
    return typeof at === 'string' ? this.moduleAttribute(module, at) : super.elementOf(children, expression, frame);
  }

  /** `x[:, 0] = y` writes through a view of x. */
  protected override assign(target: Expression, value: CapturedValue, frame: Frame): void {
    const container = target.kind === 'subscript' ? this.evaluate(target.object, frame) : undefined;
    if (target.kind !== 'subscript' || !isTensor(container)) {
      super.assign(target, value, frame);
      return;
    }
    const indices = this.indices(target, frame);
    this.standAt(target, frame);
    this.write(container, indices, value);
  }

  /** `tensor[indices] = value` */
  private write(tensor: TensorValue, indices: readonly CapturedValue[], value: CapturedValue): void {
    if (indices.some(isTensor)) throw new ProgramError('a write at places that a tensor gives');
    this.aten(isTensor(value) ? 'copy_' : 'fill_', [indexTensor(this.aten, tensor, indices), value]);
  }
}

function itemsOrOne(value: CapturedValue): readonly CapturedValue[] {
  return value instanceof TupleValue ? (itemsOf(value) ?? []) : [value];
}
