/**
 * Runs the code of a TorchScript archive over symbolic tensors, statement by statement: tensor operators are recorded.
 * What the code may hold: formats/torch/ast.ts. Conditions: blocks.ts. Loops: flow.ts.
 */
import type {
  Block,
  Expression,
  ExpressionOf,
  FunctionDefinition,
  SourceFile,
  Span,
  Statement,
} from '../../formats/torch/ast.ts';
import { NO_SCOPE, type Scope } from '../../ir/origin.ts';
import { callCustomModule } from '../operators/custom.ts';
import { type Keywords, NO_KEYWORDS } from '../operators/dispatch.ts';
import { type Container, containersIn } from '../regions/containers.ts';
import { equal, ProgramError, RaisedError } from '../values/plain-values.ts';
import {
  type CapturedValue,
  EnumValue,
  isTensor,
  itemsOf,
  ListValue,
  ModuleValue,
  ObjectValue,
  TupleValue,
  UNKNOWN,
} from '../values/values.ts';
import type { Completion } from './blocks.ts';
import { constantOf } from './calls.ts';
import { Flow } from './flow.ts';
import { isRecordedLive } from './live-modules.ts';
import { mentionedFrom, type Position } from './mentions.ts';
import { readableClass } from './names.ts';

/** The variables of one call. */
export class Frame {
  readonly variables = new Map<string, CapturedValue>();
  readonly functions = new Map<string, FunctionDefinition>();
  /** The blocks that follow the statement that runs, to the end of the function; undefined within a loop. */
  rest: readonly Block[] | undefined = [];
  /** The statement that runs; loops around it run again. */
  at: Position | undefined;
  constructor(readonly source: SourceFile) {}
}

const NO_SOURCE: SourceFile = { entry: '', text: '', place: () => ({ line: 1, column: 1 }) };

export class Interpreter extends Flow {
  /** The calls that are running, each with the object whose method it is. */
  private readonly calls: {
    readonly definition: FunctionDefinition;
    readonly receiver: object | undefined;
    readonly frame: Frame;
  }[] = [];

  protected override reachable(left?: Frame): Set<Container> {
    const { changes } = this.state;
    const variables = this.calls.flatMap(({ frame }) => {
      if (frame === left) return [];
      const names = mentionedFrom(frame.at);
      return [...frame.variables].flatMap(([name, value]) => (names.has(name) ? [value] : []));
    });
    return containersIn([...variables, ...changes.entries.values(), ...this.state.held()]);
  }

  /** Calls a function or method; `args` and `keywords` fill its parameters by order and name. */
  override callFunction(
    definition: FunctionDefinition,
    args: readonly CapturedValue[],
    keywords: ReadonlyMap<string, CapturedValue>,
    outer: ReadonlyMap<string, CapturedValue> = NO_KEYWORDS,
  ): CapturedValue {
    const [self] = args;
    const receiver = self instanceof ModuleValue ? self.object : self instanceof ObjectValue ? self : undefined;
    const running = this.calls.some((call) => call.definition === definition && call.receiver === receiver);
    if (running)
      throw new ProgramError(`${readableClass(definition.qualifiedName)} calls itself: a graph has no recursion`);
    const frame = new Frame(definition.source);
    for (const [name, value] of outer) frame.variables.set(name, value);
    let position = 0;
    for (const parameter of definition.parameters) {
      let value = keywords.get(parameter.name);
      if (value === undefined && !parameter.keywordOnly) value = args[position++];
      if (value === undefined && parameter.default) value = this.evaluate(parameter.default, frame);
      if (value === undefined)
        throw new ProgramError(`${definition.qualifiedName} is called without ${parameter.name}`);
      frame.variables.set(parameter.name, value);
    }
    this.calls.push({ definition, receiver, frame });
    try {
      const completion = this.run(definition.body, frame);
      return completion?.kind === 'return' ? completion.value : null;
    } finally {
      this.calls.pop();
    }
  }

  /** Modules whose class has `__setstate__` become what that makes of what the file keeps of them. */
  restoreStates(): void {
    this.state.restore(() => {
      for (const [module, state] of this.state.states()) {
        const method = this.archive.classOf(module.object.className)?.methods.get('__setstate__');
        if (method) this.callFunction(method, [module, state], NO_KEYWORDS);
      }
    });
  }

  /** The value of a parameter that the caller does not give. */
  defaultOf(expression: Expression): CapturedValue {
    return this.evaluate(expression, new Frame(NO_SOURCE));
  }

  /**
   * Calls a method of a module; `forward1` and so on are further traces of forward. A module class with a custom definition becomes one node and is
   * not entered.
   */
  override callModule(
    module: ModuleValue,
    name: string,
    args: readonly CapturedValue[],
    keywords: Keywords,
  ): CapturedValue {
    const { className } = module.object;
    const type = readableClass(className);
    const definition = this.archive.classOf(className);
    const method = definition?.methods.get(name);
    const runs = /^forward(__)?\d*$/.test(name);
    const custom = runs && !isRecordedLive(method, type) ? this.customOps.forModule(type) : undefined;
    if (custom) {
      const parameters = this.state.parametersOf(module);
      return this.within(module, type, () =>
        callCustomModule(this.operators, custom, {
          args: [...args, ...keywords.values()],
          parameters,
          scope: this.scope,
        }),
      );
    }
    if (!definition || !method) throw new ProgramError(`${type} has no method ${name}`);
    if (!runs) return this.callFunction(method, [module, ...args], keywords);
    return this.within(module, type, () => {
      let given = args;
      for (const hook of definition.forwardPreHooks) {
        const found = definition.methods.get(hook);
        const changed = found ? this.callFunction(found, [module, new TupleValue(given)], NO_KEYWORDS) : null;
        if (changed !== null) given = itemsOf(changed) ?? [changed];
      }
      let result = this.callFunction(method, [module, ...given], keywords);
      for (const hook of definition.forwardHooks) {
        const found = definition.methods.get(hook);
        const changed = found ? this.callFunction(found, [module, new TupleValue(given), result], NO_KEYWORDS) : null;
        if (changed !== null) result = changed;
      }
      return result;
    });
  }

  override callGlobal(name: string, args: readonly CapturedValue[], keywords: Keywords): CapturedValue {
    const free = this.archive.functionOf(name);
    if (free) return this.callFunction(free, args, keywords);
    const definition = this.archive.classOf(name);
    if (definition?.base === 'NamedTuple') {
      const names = definition.attributes.map((attribute) => attribute.name);
      return new TupleValue(
        names.map((field, k) => args[k] ?? keywords.get(field) ?? null),
        names,
      );
    }
    if (definition?.base === 'Enum') {
      const member = definition.attributes.find((each) => each.value && equal(constantOf(each.value), args[0] ?? null));
      return member ? new EnumValue(name, member.name, args[0] ?? null) : UNKNOWN;
    }
    if (!definition) throw new ProgramError(`there is no function or class ${name}`);
    const object = new ObjectValue(name);
    const initialize = definition.methods.get('__init__');
    if (initialize) this.callFunction(initialize, [object, ...args], keywords);
    return object;
  }

  protected override execute(statement: Statement, frame: Frame): Completion {
    switch (statement.kind) {
      case 'assign': {
        const { target: into } = statement;
        if (into.kind === 'tuple' && into.items.every((item) => item.kind !== 'starred')) {
          this.unpacked = { call: statement.value, count: into.items.length };
        }
        const value = this.evaluate(statement.value, frame);
        for (const target of [statement.target, ...(statement.more ?? [])]) this.assign(target, value, frame);
        return undefined;
      }
      case 'expression':
        this.evaluate(statement.value, frame);
        return undefined;
      case 'if':
        return this.branch(statement, frame);
      case 'while':
        return this.repeat(statement, frame);
      case 'for':
        return this.each(statement, frame);
      case 'with':
        // Context managers of inference (no_grad, autocast off, profiling) change no value.
        for (const { value, target } of statement.items) {
          const manager = this.evaluate(value, frame);
          if (target) this.assign(target, manager, frame);
        }
        return this.run(statement.body, frame);
      case 'return':
        return { kind: 'return', value: statement.value ? this.evaluate(statement.value, frame) : null };
      case 'raise':
        throw new RaisedError(this.reasonOf(statement.value, frame));
      case 'assert':
        if (!this.check(statement.condition, frame)) throw new RaisedError(this.reasonOf(statement.message, frame));
        return undefined;
      case 'delete':
        for (const target of statement.targets) if (target.kind === 'name') frame.variables.delete(target.name);
        return undefined;
      case 'function':
        frame.functions.set(statement.function.name, statement.function);
        return undefined;
      case 'break':
      case 'continue':
        return { kind: statement.kind };
      case 'pass':
        return undefined;
    }
  }

  private reasonOf(value: Expression | undefined, frame: Frame): string {
    const given = value && this.evaluate(value, frame);
    return typeof given === 'string' ? given : 'an exception';
  }

  protected override assign(target: Expression, value: CapturedValue, frame: Frame): void {
    switch (target.kind) {
      case 'name':
        frame.variables.set(target.name, value);
        return;
      case 'tuple':
      case 'list':
        this.unpack(target, value, frame);
        return;
      case 'attribute': {
        const object = this.evaluate(target.object, frame);
        if (object instanceof ModuleValue) this.state.setAttribute(object, target.name, value);
        else if (object instanceof ObjectValue) this.setField(object, target.name, value, target, frame);
        return;
      }
      case 'subscript': {
        const [index] = target.indices;
        const container = this.evaluate(target.object, frame);
        if (index)
          this.callOperator(
            'aten',
            '_set_item',
            [container, this.evaluate(index, frame), value],
            new Map(),
            target,
            frame,
          );
        return;
      }
      default:
        throw new ProgramError(`${target.kind} cannot be assigned to`);
    }
  }

  private setField(object: ObjectValue, name: string, value: CapturedValue, at: Span, frame: Frame): void {
    if (this.operators.aliases.isShared(object)) {
      this.standAt(at, frame);
      const reason = 'whether they are one object follows from a way taken that only a run knows';
      this.operators.recorder.report('alias-write', { operator: 'prim::SetAttr' }, { reason });
      this.operators.recorder.incomplete = true;
    }
    object.attributes.set(name, value);
  }

  private unpack(target: ExpressionOf<'tuple' | 'list'>, value: CapturedValue, frame: Frame): void {
    const items = itemsOf(value) ?? (isTensor(value) && value.info ? this.iterated(value) : undefined);
    const starred = target.items.findIndex((item) => item.kind === 'starred');
    if (items && starred < 0 && items.length !== target.items.length) {
      throw new ProgramError(`${items.length} values cannot be unpacked into ${target.items.length} variables`);
    }
    target.items.forEach((item, k) => {
      if (item.kind === 'starred') {
        const rest = items?.slice(k, items.length - (target.items.length - k - 1));
        this.assign(item.value, rest ? new ListValue([...rest]) : UNKNOWN, frame);
        return;
      }
      const fromEnd = target.items.length - k;
      const found = items && (starred >= 0 && k > starred ? items[items.length - fromEnd] : items[k]);
      this.assign(item, found === undefined ? UNKNOWN : found, frame);
    });
  }

  /** Runs `work` within a module: its operators belong to it. */
  protected within<T>(module: ModuleValue, type: string, work: () => T): T {
    const outer: Scope = this.scope;
    this.scope = [...outer, { path: module.path, type }];
    try {
      return work();
    } finally {
      this.scope = outer;
    }
  }

  override scope: Scope = NO_SCOPE;
}
