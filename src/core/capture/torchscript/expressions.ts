import type { Expression, ExpressionOf, Span, TypeExpression } from '../../formats/torch/ast.ts';
import { complexNumber } from '../operators/complex-numbers.ts';
import { type Keywords, NO_KEYWORDS } from '../operators/dispatch.ts';
import { forEachOption } from '../regions/selected.ts';
import { getItem, ProgramError, slice, truth } from '../values/plain-values.ts';
import { ScalarValue } from '../values/scalars.ts';
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
} from '../values/values.ts';
import { Calls, constantOf } from './calls.ts';
import type { Frame } from './interpreter.ts';
import { BINARY, COMPARE, FUNCTIONS, TENSOR_ATTRIBUTES } from './operator-names.ts';
import { isInstance } from './types.ts';

export abstract class Expressions extends Calls {
  /** Evaluates one of two expressions, or both where only a run knows the condition. */
  protected abstract either(
    condition: CapturedValue,
    at: Span,
    frame: Frame,
    sides: readonly [() => CapturedValue, () => CapturedValue],
  ): CapturedValue;
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
    return new EnumValue(className, member, constantOf(found.value));
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

  protected callMethod(
    callee: ExpressionOf<'attribute'>,
    args: readonly CapturedValue[],
    keywords: Keywords,
    at: Span,
    frame: Frame,
  ): CapturedValue {
    return this.callMethodOf(this.evaluate(callee.object, frame), callee, args, keywords, at, frame);
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
