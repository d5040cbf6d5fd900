/** Conditions and loops of a program: those that are known take their way, the others become If and Loop. */
import type { Block, Expression, Span, Statement } from '../../formats/torch/ast.ts';
import { callBuiltin } from '../operators/builtins.ts';
import { NO_KEYWORDS } from '../operators/dispatch.ts';
import { choose } from '../regions/conditions.ts';
import { containersIn, type World } from '../regions/containers.ts';
import { type LoopProgram, loop } from '../regions/loops.ts';
import { callOnOpenList } from '../values/open-lists.ts';
import { ProgramError, truth } from '../values/plain-values.ts';
import { ScalarValue } from '../values/scalars.ts';
import { lengthOf, rowAt } from '../values/sequences.ts';
import {
  type CapturedValue,
  DictValue,
  isTensor,
  isUnknown,
  itemsOf,
  ListValue,
  orUnknown,
  TupleValue,
  UNKNOWN,
  UnknownLength,
} from '../values/values.ts';
import { Expressions } from './expressions.ts';
import type { Frame } from './interpreter.ts';
import { behindChoice } from './mentions.ts';

/** How a block ended; undefined where it ran to its end. */
export type Completion =
  | { readonly kind: 'return'; readonly value: CapturedValue }
  | { readonly kind: 'break' | 'continue' }
  | undefined;

/** A program that runs longer than this is taken for one that never ends. */
const MOST_STATEMENTS = 3_000_000;

type Loop = Extract<Statement, { kind: 'while' | 'for' }>;

/** What a loop of unknown length goes through. */
interface Counted {
  readonly rounds: ScalarValue | bigint;
  readonly item: (round: CapturedValue) => CapturedValue;
}

export abstract class Flow extends Expressions {
  private statements = 0;

  protected abstract execute(statement: Statement, frame: Frame): Completion;
  protected abstract assign(target: Expression, value: CapturedValue, frame: Frame): void;

  protected run(block: Block, frame: Frame): Completion {
    const { rest: outer, at } = frame;
    const around = behindChoice(at);
    try {
      for (const [k, statement] of block.entries()) {
        this.count();
        frame.at = { block, next: k, outer: around };
        const holdsBlocks = statement.kind === 'if' || statement.kind === 'with';
        if (outer && holdsBlocks) frame.rest = [block.slice(k + 1), ...outer];
        const completion = this.guarded(statement, frame);
        if (completion) return completion;
      }
      return undefined;
    } finally {
      frame.rest = outer;
      frame.at = at;
    }
  }

  /** A statement that asks a list of unknown length for its items is reported, and left out. */
  private guarded(statement: Statement, frame: Frame): Completion {
    try {
      return this.execute(statement, frame);
    } catch (error) {
      if (!(error instanceof UnknownLength)) throw error;
      this.dataDependent(statement, frame, 'prim::List', error.message);
      this.operators.recorder.incomplete = true;
      return undefined;
    }
  }

  /** Runs the body of a loop: what comes behind it is not what follows a statement within. */
  private runBody(block: Block, frame: Frame): Completion {
    const outer = frame.rest;
    frame.rest = undefined;
    try {
      return this.run(block, frame);
    } finally {
      frame.rest = outer;
    }
  }

  /** Runs a block and all that follows it to the end of the function. */
  private runToEnd(block: Block, rest: readonly Block[], frame: Frame): Completion {
    let blocks: readonly Block[] = [block, ...rest];
    for (let [next, ...others] = blocks; next; [next, ...others] = blocks) {
      frame.rest = others;
      const completion = this.run(next, frame);
      if (completion) return completion;
      blocks = others;
    }
    return { kind: 'return', value: null };
  }

  protected branch(statement: Extract<Statement, { kind: 'if' }>, frame: Frame): Completion {
    const taken = this.decide(this.evaluate(statement.condition, frame), statement.condition, frame);
    if (taken === undefined) return this.explore(statement, frame);
    if (typeof taken === 'boolean') return this.run(taken ? statement.body : statement.otherwise, frame);
    return this.chooseBlock(taken, statement, frame);
  }

  protected repeat(statement: Extract<Statement, { kind: 'while' }>, frame: Frame): Completion {
    for (;;) {
      const go = this.decide(this.evaluate(statement.condition, frame), statement.condition, frame);
      if (go instanceof ScalarValue) {
        const body = () => this.round(statement, frame) ?? this.decidedAgain(statement.condition, frame);
        this.repeatUnknown(statement, frame, { rounds: undefined, begins: go, body });
        return undefined;
      }
      if (!go) return undefined;
      const completion = this.runBody(statement.body, frame);
      if (completion?.kind === 'return') return completion;
      if (completion?.kind === 'break') return undefined;
      this.count();
    }
  }

  protected each(statement: Extract<Statement, { kind: 'for' }>, frame: Frame): Completion {
    const range = this.rangeOf(statement.iterable, frame);
    const iterable = range ? UNKNOWN : this.evaluate(statement.iterable, frame);
    const items = range instanceof ListValue ? range.items : this.iterated(iterable);
    if (!items) {
      const counted = range && !(range instanceof ListValue) ? range : this.counted(iterable);
      if (counted) {
        const body = (round: CapturedValue) => {
          this.assign(statement.target, counted.item(round), frame);
          return this.round(statement, frame) ?? true;
        };
        this.repeatUnknown(statement, frame, { rounds: counted.rounds, begins: true, body });
      } else if (!isUnknown(iterable)) {
        this.dataDependent(statement, frame, 'prim::Loop', 'the number of rounds of a loop is only known in a run');
      }
      this.operators.recorder.incomplete ||= !counted;
      return undefined;
    }
    for (const item of items) {
      this.assign(statement.target, item, frame);
      const completion = this.runBody(statement.body, frame);
      if (completion?.kind === 'return') return completion;
      if (completion?.kind === 'break') break;
    }
    return undefined;
  }

  /** An assertion: one that only a run can check is left out. */
  protected check(condition: Expression, frame: Frame): boolean {
    const holds = this.decide(this.evaluate(condition, frame), condition, frame);
    if (holds instanceof ScalarValue) {
      this.standAt(condition, frame);
      this.operators.recorder.report(
        'check-left-out',
        { operator: 'prim::Assert' },
        { when: 'where a condition does not hold', reason: 'an assertion' },
      );
    }
    return holds !== false;
  }

  protected iterated(value: CapturedValue): readonly CapturedValue[] | undefined {
    if (value instanceof DictValue) return [...value.entries.keys()];
    if (typeof value === 'string') return [...value];
    if (isTensor(value) && value.shape !== undefined && typeof value.shape[0] !== 'number') return undefined;
    if (isTensor(value)) return itemsOf(this.operators.call('unbind', { positional: [value], keywords: new Map() }));
    const items = itemsOf(value);
    return items && [...items];
  }

  /** A choice between two expressions. */
  protected override either(
    condition: CapturedValue,
    at: Span,
    frame: Frame,
    sides: readonly [() => CapturedValue, () => CapturedValue],
  ): CapturedValue {
    const taken = this.decide(condition, at, frame);
    if (taken === undefined) return UNKNOWN;
    if (typeof taken === 'boolean') return sides[taken ? 0 : 1]();
    this.standAt(at, frame);
    return choose(this.operators, taken, sides, this.world(frame));
  }

  /** All that this call can change. Variables of its callers are out of its reach, what they hold is not. */
  protected world(frame: Frame): World {
    const { changes } = this.state;
    return {
      containers: () => {
        const held = [...frame.variables.values(), ...changes.entries.values(), ...this.state.held()];
        return [frame.variables, changes, ...containersIn(held)];
      },
    };
  }

  /** The truth of a condition: a bool that only a run knows, or undefined where it follows from something reported. */
  private decide(value: CapturedValue, at: Span, frame: Frame): boolean | ScalarValue | undefined {
    const known = isTensor(value) ? value.element : value;
    const taken = known === undefined ? undefined : truth(known);
    if (taken !== undefined) return taken;
    const number = this.callOperator('aten', 'Bool', [value], NO_KEYWORDS, at, frame);
    if (typeof number === 'boolean' || number instanceof ScalarValue) return number;
    // What follows is a guess, so nothing may be taken for unused.
    this.operators.recorder.incomplete = true;
    return undefined;
  }

  private chooseBlock(condition: ScalarValue, statement: Extract<Statement, { kind: 'if' }>, frame: Frame): Completion {
    // A side that raises an error has no entry.
    const completions = new Map<Block, Completion>();
    // Where one side returns, the other goes on to the end of the function.
    const { rest } = frame;
    const whole = rest && (returns(statement.body) || returns(statement.otherwise)) ? rest : undefined;
    const side = (block: Block) => () => {
      const completion = whole ? this.runToEnd(block, whole, frame) : this.run(block, frame);
      frame.rest = rest;
      completions.set(block, completion);
      return completion?.kind === 'return' ? completion.value : null;
    };
    this.standAt(statement.condition, frame);
    const sides = [side(statement.body), side(statement.otherwise)] as const;
    const value = choose(this.operators, condition, sides, this.world(frame));
    const [first, ...others] = completions.values();
    if (others.some((other) => other?.kind !== first?.kind)) {
      this.dataDependent(statement, frame, 'prim::If', 'only one side of a condition leaves the function or the loop');
      return { kind: 'return', value: UNKNOWN };
    }
    return first?.kind === 'return' ? { kind: 'return', value } : first;
  }

  /** A condition that follows from something reported: both sides are looked at for further problems. */
  private explore(statement: Extract<Statement, { kind: 'if' }>, frame: Frame): Completion {
    const before = new Map(frame.variables);
    let completion: Completion;
    for (const side of [statement.otherwise, statement.body]) {
      try {
        completion = this.run(side, frame) ?? completion;
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error;
      }
    }
    // What the sides assigned is not known: only one of them ran.
    for (const [name, value] of frame.variables)
      if (before.get(name) !== value) frame.variables.set(name, unknownLike(value));
    return completion?.kind === 'return' ? { kind: 'return', value: unknownLike(completion.value) } : completion;
  }

  private repeatUnknown(statement: Loop, frame: Frame, program: LoopProgram): void {
    this.standAt(statement, frame);
    loop(this.operators, program, this.world(frame));
  }

  /** Runs the body of a loop once; false where it always ends the loop. */
  private round(statement: Loop, frame: Frame): false | undefined {
    const completion = this.runBody(statement.body, frame);
    if (completion?.kind === 'return')
      this.dataDependent(statement, frame, 'prim::Loop', 'a loop of unknown length leaves the function');
    return completion && completion.kind !== 'continue' ? false : undefined;
  }

  private decidedAgain(condition: Expression, frame: Frame): CapturedValue {
    return this.decide(this.evaluate(condition, frame), condition, frame) ?? UNKNOWN;
  }

  /** The numbers of a `range(...)`; undefined for other expressions. */
  private rangeOf(expression: Expression, frame: Frame): Counted | ListValue | undefined {
    if (expression.kind !== 'call' || expression.callee.kind !== 'name' || expression.callee.name !== 'range')
      return undefined;
    const args = expression.positional.map((argument) => this.evaluate(argument, frame));
    if (!args.some((argument) => argument instanceof ScalarValue)) {
      const known = callBuiltin('range', args, NO_KEYWORDS);
      return known instanceof ListValue ? known : undefined;
    }
    const [start = 0n, end = 0n, step = 1n] = args.length === 1 ? [0n, ...args] : args;
    const call = (name: string, ...operands: readonly CapturedValue[]) =>
      this.callOperator('aten', name, operands, NO_KEYWORDS, expression, frame);
    const rounds = call('__range_length', start, end, step);
    if (!(rounds instanceof ScalarValue || typeof rounds === 'bigint')) return undefined;
    return { rounds, item: (round) => call('__derive_index', round, start, step) };
  }

  /** What a loop goes through whose length only a run knows: a list, or a tensor along its first axis. */
  private counted(iterable: CapturedValue): Counted | undefined {
    if (iterable instanceof ListValue && iterable.grown) {
      const rounds = this.operators.scalars.ofSize(lengthOf(this.operators, iterable.grown) ?? 0);
      const item = (round: CapturedValue) =>
        orUnknown(callOnOpenList(this.operators, '__getitem__', [iterable, round]));
      return { rounds, item };
    }
    const size = isTensor(iterable) ? iterable.shape?.[0] : undefined;
    if (size === undefined || typeof size === 'number') return undefined;
    return { rounds: new ScalarValue('int', size), item: (round) => rowAt(this.operators, iterable, round) };
  }

  private dataDependent(at: Span, frame: Frame, operator: string, reason: string): void {
    this.standAt(at, frame);
    this.operators.recorder.report('data-dependent', { operator }, { reason });
  }

  private count(): void {
    if (++this.statements > MOST_STATEMENTS) throw new ProgramError(`it runs more than ${MOST_STATEMENTS} statements`);
  }
}

/** Whether a return stands somewhere in a block. */
function returns(block: Block): boolean {
  return block.some((statement) => {
    if (statement.kind === 'if') return returns(statement.body) || returns(statement.otherwise);
    const inner = statement.kind === 'with' || statement.kind === 'for' || statement.kind === 'while';
    return inner ? returns(statement.body) : statement.kind === 'return';
  });
}

/** A tensor of unknown type in the place of one that only one side of a condition made. */
function unknownLike(value: CapturedValue): CapturedValue {
  if (value instanceof TupleValue) return new TupleValue(value.items.map(unknownLike), value.names);
  return UNKNOWN;
}
