/**
 * A loop whose rounds only a run counts: its body runs until what it carries from round to round looks the same at the
 * end as at the beginning, and becomes the graph of a Loop.
 */
import { Graph } from '../../ir/graph.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { Operators } from '../operators/operators.ts';
import { type Report, typeOf } from '../recorder.ts';
import { ProgramError } from '../values/plain-values.ts';
import { ScalarValue } from '../values/scalars.ts';
import type { Storage } from '../values/tensor.ts';
import { type CapturedValue, isUnknown } from '../values/values.ts';
import { type Container, contentOf, type World } from './containers.ts';
import type { Frozen } from './frozen.ts';
import { Joiner } from './joiner.ts';
import { fill, originalOf, partsOf, WHOLE } from './parts.ts';
import { numberInfo, type Pattern, same, samePattern } from './patterns.ts';
import { Region } from './regions.ts';
import { Maker, slotTypes, Taker } from './slots.ts';

export interface LoopProgram {
  /** How many rounds there are at most; undefined where a condition alone ends them. */
  readonly rounds: ScalarValue | bigint | undefined;
  /** Whether there is a first one. */
  readonly begins: ScalarValue | boolean;
  /** Runs a round, the first of which is 0, and gives whether there is another. */
  readonly body: (round: CapturedValue) => CapturedValue;
}

/** A body that looks different after so many attempts never stays the same. */
const MOST_ATTEMPTS = 12;

/** Runs a loop: variables, containers and memory are then as it leaves them. */
export function loop(operators: Operators, program: LoopProgram, world: World): void {
  new LoopRunner(operators, program, world).run();
}

class LoopRunner {
  /** What the body changes, as far as it is known: how it looks at the beginning of every round. */
  private readonly carried = new Map<Container, Map<unknown, Pattern>>();
  private readonly storages = new Set<Storage>();
  /** The memory that each carried tensor may be: of what was there before the loop, and of what rounds leave. */
  private sources: readonly (readonly Storage[])[] = [];
  /** The memory of what the last attempt left, by slots. */
  private left: readonly (readonly Storage[])[] = [];
  /** Which slots may share memory that rounds make, and which memory from before the loop rounds leave in them. */
  private readonly shares = new Set<string>();
  private readonly numbers = new Map<Storage, number>();
  /** The lists, dicts and objects from before the loop that what it carries may be. */
  private readonly existing = new Map<Pattern, Set<Container>>();
  /** Writes of a round that may have reached what the next one reads. */
  private readonly doubts = new Map<Storage, NonNullable<Storage['doubt']>>();

  constructor(
    private readonly operators: Operators,
    private readonly program: LoopProgram,
    private readonly world: World,
  ) {}

  run(): void {
    const { operators } = this;
    const { recorder } = operators;
    const { place } = recorder;
    const { rounds, begins } = this.program;
    for (const each of [begins, rounds]) if (each instanceof ScalarValue) recorder.deciding.set(place, each);
    const forgotten: Report[] = [];
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      recorder.place = place;
      this.sources = this.initialSources().map((own, k) => [...own, ...(this.left[k] ?? [])]);
      const forget = recorder.mark();
      const region = this.round();
      const stable = this.widen(region);
      recorder.place = place;
      if (!stable) {
        forgotten.push(...forget());
        continue;
      }
      recorder.explain(forgotten);
      if (region.raised) throw new ProgramError(region.raised.message);
      this.finish(region);
      return;
    }
    throw new ProgramError(`a loop changes the types of its variables in each of ${MOST_ATTEMPTS} rounds`);
  }

  /** Runs the body once, on what it carries. */
  private round(): Region {
    const { operators, program } = this;
    const { recorder, memory, scalars } = operators;
    const graph = new Graph('body');
    const round = recorder.addInput(graph, 'round', typeOf(numberInfo('int')));
    recorder.addInput(graph, 'condition', typeOf(numberInfo('bool')));
    const inputs = this.types().map((type) => recorder.addInput(graph, 'carried', type));
    return Region.run(
      operators,
      this.world,
      () => {
        const maker = new Maker(operators, inputs, this.sources, this.existingOf);
        for (const [container, patterns] of this.carried) this.fill(container, patterns, maker);
        for (const storage of this.storages) memory.replace(storage, maker.result(), 'prim::Loop');
        for (const [storage, doubt] of this.doubts) memory.setDoubt(storage, doubt);
        const number = scalars.ofTensor('int', operators.fresh(round, numberInfo('int')), {
          least: 0,
          most: Number.POSITIVE_INFINITY,
        });
        return program.body(number);
      },
      graph,
    );
  }

  /** Takes up what a round has changed; true where nothing is new. */
  private widen(region: Region): boolean {
    const { recorder } = this.operators;
    let stable = true;
    const joiner = new Joiner(recorder.symbols);
    for (const container of new Set([...this.carried.keys(), ...region.containers])) {
      const before = partsOf(container);
      const after = region.enter(() => partsOf(container));
      const patterns = this.carried.get(container) ?? new Map<unknown, Pattern>();
      for (const key of new Set([...patterns.keys(), ...after.keys()])) {
        const first = before.get(key) ?? originalOf(container, key);
        const last = after.get(key) ?? originalOf(container, key);
        // A variable of the body alone.
        if (!first || !last) continue;
        const pattern = patterns.get(key) ?? same(first);
        const joined = joiner.join(pattern, last);
        if (samePattern(pattern, joined)) continue;
        patterns.set(key, joined);
        this.carried.set(container, patterns);
        stable = false;
      }
    }
    for (const storage of region.storages) {
      if (!recorder.sees(storage.base)) continue;
      const doubt = region.enter(() => storage.doubt);
      if (doubt && !this.doubts.has(storage)) {
        this.doubts.set(storage, doubt);
        stable = false;
      }
      if (this.storages.has(storage)) continue;
      this.storages.add(storage);
      stable = false;
    }
    return stable ? this.widenMemory(region) : false;
  }

  /** Takes up which memory a round leaves in what is carried; true where nothing is new. */
  private widenMemory(region: Region): boolean {
    const last = new Taker(this.operators);
    region.enter(() => this.take(last));
    this.left = last.storages;
    const before = this.shares.size + this.existingCount;
    for (const [pattern, container] of last.containers) if (region.existed(container)) this.mayBe(pattern, container);
    const holders = new Map<Storage, number[]>();
    for (const [k, storages] of last.storages.entries())
      for (const storage of storages) holders.set(storage, [...(holders.get(storage) ?? []), k]);
    for (const [storage, slots] of holders) {
      if (this.operators.recorder.sees(storage.base)) {
        for (const k of slots)
          if (!this.sources[k]?.includes(storage)) this.shares.add(`${k} of ${this.numberOf(storage)}`);
      } else if (slots.length > 1) {
        this.shares.add(slots.join());
      }
    }
    return this.shares.size + this.existingCount === before;
  }

  private readonly existingOf = (pattern: Pattern): Iterable<Container> => this.existing.get(pattern) ?? [];

  private mayBe(pattern: Pattern, container: Container): void {
    this.existing.set(pattern, (this.existing.get(pattern) ?? new Set<Container>()).add(container));
  }

  private get existingCount(): number {
    return [...this.existing.values()].reduce((sum, each) => sum + each.size, 0);
  }

  private numberOf(storage: Storage): number {
    const number = this.numbers.get(storage) ?? this.numbers.size;
    this.numbers.set(storage, number);
    return number;
  }

  /** The types of all that is carried: of patterns, then of memory. */
  private types(): readonly ValueType[] {
    const seen = new Set<Pattern>();
    const patterns = this.patterns().flatMap(({ pattern }) => slotTypes(pattern, seen));
    return [...patterns, ...[...this.storages].flatMap((storage) => this.operators.memory.baseOf(storage).type ?? [])];
  }

  private patterns(): { readonly container: Container; readonly key: unknown; readonly pattern: Pattern }[] {
    return [...this.carried].flatMap(([container, patterns]) =>
      [...patterns].map(([key, pattern]) => ({ container, key, pattern })),
    );
  }

  private initialSources(): readonly (readonly Storage[])[] {
    const taker = new Taker(this.operators);
    this.operators.recorder.trial(
      () => this.take(taker),
      () => false,
    );
    for (const [pattern, container] of taker.containers) this.mayBe(pattern, container);
    return taker.storages;
  }

  /** The carried values as they are now. */
  private take(taker: Taker): readonly Value[] {
    const parts = new Map<Container, ReadonlyMap<unknown, Frozen>>();
    const taken = this.patterns().flatMap(({ container, key, pattern }) => {
      const held = parts.get(container) ?? partsOf(container);
      parts.set(container, held);
      return taker.take(pattern, held.get(key) ?? originalOf(container, key));
    });
    return [...taken, ...[...this.storages].map((storage) => this.operators.memory.baseOf(storage))];
  }

  private finish(region: Region): void {
    const { operators, program } = this;
    const { recorder, memory } = operators;
    const last = new Taker(operators);
    const results = region.enter(() => {
      const condition = this.boolean(region.result);
      for (const value of [condition, ...this.take(last)]) region.graph.addOutput(value);
      return region.graph.outputs.slice(1);
    });
    const initial = this.take(new Taker(operators));
    const { scalars } = operators;
    const rounds = program.rounds === undefined ? undefined : operators.read(scalars.tensorOf(program.rounds));
    const node = recorder.record({
      domain: 'prim',
      op: 'Loop',
      inputs: [rounds, this.boolean(program.begins), ...initial],
      attributes: { body: { type: 'graph', value: region.graph } },
      outputs: results.map(() => undefined),
    });
    const types = this.types();
    node.outputs.forEach((output, k) => {
      output.type = types[k];
    });
    const sources = node.outputs.map((_, k) => [...(this.sources[k] ?? []), ...(last.storages[k] ?? [])]);
    const maker = new Maker(operators, node.outputs, sources, this.existingOf);
    for (const [container, patterns] of this.carried) this.fill(container, patterns, maker);
    for (const storage of this.storages) memory.replace(storage, maker.result(), 'prim::Loop');
    for (const [storage, doubt] of this.doubts) memory.setDoubt(storage, doubt);
  }

  private boolean(condition: CapturedValue): Value {
    const { recorder, scalars } = this.operators;
    if (typeof condition === 'boolean' || (typeof condition === 'object' && condition?.kind === 'scalar'))
      return this.operators.read(scalars.tensorOf(condition));
    if (isUnknown(condition)) recorder.incomplete = true;
    return recorder.constant('condition', 'bool', false);
  }

  private fill(container: Container, patterns: ReadonlyMap<unknown, Pattern>, maker: Maker): void {
    if (fill(container, patterns, maker, contentOf(container))) return;
    const pattern = patterns.get(WHOLE);
    const reason = `what a loop changes is one of ${pattern?.kind === 'unmerged' ? pattern.reason : 'several'}`;
    this.operators.recorder.report('data-dependent', { operator: 'prim::Loop' }, { reason });
  }
}
