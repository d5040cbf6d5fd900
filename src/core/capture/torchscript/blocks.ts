/**
 * Runs statements one after another, and conditions: those that are known take their way, the others become If. Where a
 * program is taken apart into ways, either side of a condition goes on to the end of the function by itself.
 */
import type { Block, Expression, Span, Statement } from '../../formats/torch/ast.ts';
import type { Expression as Size } from '../../ir/expression.ts';
import { NO_KEYWORDS } from '../operators/dispatch.ts';
import { callOnNumbers } from '../operators/scalar-operators.ts';
import { choose } from '../regions/conditions.ts';
import { type Container, containersIn, type World } from '../regions/containers.ts';
import { Region } from '../regions/regions.ts';
import { OpenChoice } from '../values/facts.ts';
import { ProgramError, truth } from '../values/plain-values.ts';
import { ScalarValue } from '../values/scalars.ts';
import { type CapturedValue, isTensor, TupleValue, UNKNOWN, UnknownLength } from '../values/values.ts';
import { Expressions } from './expressions.ts';
import type { Frame } from './interpreter.ts';
import { behindChoice } from './mentions.ts';

/** How a block ended; undefined where it ran to its end. */
export type Completion =
  | { readonly kind: 'return'; readonly value: CapturedValue }
  | { readonly kind: 'break' | 'continue' }
  | undefined;

/** Each of these makes twice as many ways at worst. */
const MOST_PARTED = 64;

/** A program that runs longer than this is taken for one that never ends. */
const MOST_STATEMENTS = 3_000_000;

export abstract class Blocks extends Expressions {
  private statements = 0;
  private parted = 0;

  protected abstract execute(statement: Statement, frame: Frame): Completion;

  protected run(block: Block, frame: Frame): Completion {
    const { rest: outer, at } = frame;
    const around = behindChoice(at);
    try {
      for (const [k, statement] of block.entries()) {
        this.count();
        frame.at = { block, next: k, outer: around };
        const holdsBlocks = statement.kind === 'if' || statement.kind === 'with';
        if (outer && holdsBlocks) frame.rest = [block.slice(k + 1), ...outer];
        const completion =
          outer && this.takesApart ? this.attempt(block.slice(k), outer, frame) : this.guarded(statement, frame);
        if (completion) return completion;
      }
      return undefined;
    } finally {
      frame.rest = outer;
      frame.at = at;
    }
  }

  /** Whether conditions take the rest of a function with them, each way by itself. */
  private get takesApart(): boolean {
    return this.operators.recorder.facts.enabled;
  }

  /**
   * Runs the first of these statements. Where the program must know a size in it, it is run for either case, with all that
   * follows to the end of the function.
   */
  private attempt(block: Block, outer: readonly Block[], frame: Frame): Completion {
    const [statement] = block;
    if (!statement) return undefined;
    const { operators } = this;
    const { recorder } = operators;
    const { open, place } = recorder;
    const sees = (difference: Size) =>
      [...difference.symbols()].every((name) => {
        const home = recorder.symbols.homeOf(name);
        return home === undefined || open.includes(home);
      });
    let completion: Completion;
    const work = () => {
      completion = this.guarded(statement, frame);
      return null;
    };
    const forget = recorder.mark();
    try {
      const region = recorder.facts.deciding(sees, () => Region.run(operators, this.world(frame), work));
      if (region.raised) throw region.raised;
      region.commit();
      return completion;
    } catch (error) {
      if (!(error instanceof OpenChoice)) throw error;
      forget();
      recorder.place = place;
      const condition = callOnNumbers(operators, 'eq', [new ScalarValue('int', error.difference), 0n]);
      if (!(condition instanceof ScalarValue) || !this.mayPart()) throw new ProgramError('it takes too many ways');
      const { rest } = frame;
      const side = () => {
        const ended = this.runToEnd(block, outer, frame);
        frame.rest = rest;
        return ended?.kind === 'return' ? ended.value : null;
      };
      return {
        kind: 'return',
        value: choose(operators, condition, [side, side], this.world(frame), this.keptBy(frame)),
      };
    }
  }

  /** What can still be seen when a function has ended: its own lists and dicts are gone, but for what it returns. */
  private keptBy(frame: Frame): () => ReadonlySet<Container> {
    return () => new Set([this.state.changes, ...this.reachable(frame)]);
  }

  /** Whether the program may be taken apart once more. */
  private mayPart(): boolean {
    return this.takesApart && this.parted++ < MOST_PARTED;
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
  protected decide(value: CapturedValue, at: Span, frame: Frame): boolean | ScalarValue | undefined {
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
    const leaves = returns(statement.body) || returns(statement.otherwise);
    const whole = rest && (leaves || this.mayPart()) ? rest : undefined;
    const side = (block: Block) => () => {
      const completion = whole ? this.runToEnd(block, whole, frame) : this.run(block, frame);
      frame.rest = rest;
      completions.set(block, completion);
      return completion?.kind === 'return' ? completion.value : null;
    };
    this.standAt(statement.condition, frame);
    const sides = [side(statement.body), side(statement.otherwise)] as const;
    const value = choose(this.operators, condition, sides, this.world(frame), whole && this.keptBy(frame));
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

  protected dataDependent(at: Span, frame: Frame, operator: string, reason: string): void {
    this.standAt(at, frame);
    this.operators.recorder.report('data-dependent', { operator }, { reason });
  }

  protected count(): void {
    const most = this.takesApart ? MOST_STATEMENTS / 30 : MOST_STATEMENTS;
    if (++this.statements > most) throw new ProgramError(`it runs more than ${most} statements`);
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
