/** Loops of a program: those whose rounds are known are unrolled, the others become Loop. */
import type { Block, Expression, Statement } from '../../formats/torch/ast.ts';
import { callBuiltin } from '../operators/builtins.ts';
import { NO_KEYWORDS } from '../operators/dispatch.ts';
import { type LoopProgram, loop } from '../regions/loops.ts';
import { callOnOpenList } from '../values/open-lists.ts';
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
  UNKNOWN,
} from '../values/values.ts';
import { Blocks, type Completion } from './blocks.ts';
import type { Frame } from './interpreter.ts';

type Loop = Extract<Statement, { kind: 'while' | 'for' }>;

/** What a loop of unknown length goes through. */
interface Counted {
  readonly rounds: ScalarValue | bigint;
  readonly item: (round: CapturedValue) => CapturedValue;
}

export abstract class Flow extends Blocks {
  protected abstract assign(target: Expression, value: CapturedValue, frame: Frame): void;

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

  protected iterated(value: CapturedValue): readonly CapturedValue[] | undefined {
    if (value instanceof DictValue) return [...value.entries.keys()];
    if (typeof value === 'string') return [...value];
    if (isTensor(value) && value.shape !== undefined && typeof value.shape[0] !== 'number') return undefined;
    if (isTensor(value)) return itemsOf(this.operators.call('unbind', { positional: [value], keywords: new Map() }));
    const items = itemsOf(value);
    return items && [...items];
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
}
