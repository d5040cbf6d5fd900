/**
 * A condition that only a run knows: both sides run into graphs of their own, and what differs between them becomes the
 * results of an If.
 */
import type { Dim } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { Operators } from '../operators/operators.ts';
import type { ScalarValue } from '../values/scalars.ts';
import type { Storage } from '../values/tensor.ts';
import type { CapturedValue } from '../values/values.ts';
import type { Container, World } from './containers.ts';
import { type Frozen, freeze } from './frozen.ts';
import { Joiner } from './joiner.ts';
import { fill, originalOf, partsOf, WHOLE } from './parts.ts';
import { type Pattern, same } from './patterns.ts';
import { Region } from './regions.ts';
import { Maker, slotTypes, Taker } from './slots.ts';

type Side = () => CapturedValue;

/**
 * Runs both sides and gives what the program goes on with. A side that only raises an error is left out, with a note;
 * throws RaisedError where both do. `kept` are the containers that anything can still see afterwards: all, unless given.
 */
export function choose(
  operators: Operators,
  condition: ScalarValue,
  sides: readonly [then: Side, otherwise: Side],
  world: World,
  kept?: () => ReadonlySet<Container>,
): CapturedValue {
  const { recorder } = operators;
  const { place } = recorder;
  const { facts } = recorder;
  recorder.deciding.set(place, condition);
  // How each side knows sizes at its end.
  const known: ((size: Dim) => Dim)[] = [];
  const [then, otherwise] = sides.map((side, k) => {
    recorder.place = place;
    return facts.within(() => {
      facts.assume(condition, k === 0);
      const region = Region.run(operators, world, side);
      known.push(facts.knowledge());
      return region;
    });
  });
  recorder.place = place;
  if (!then || !otherwise) throw new Error('a condition has two sides');
  if (then.raised && otherwise.raised) throw then.raised;
  const raised = then.raised ?? otherwise.raised;
  if (raised) {
    const when = then.raised ? 'where a condition holds' : 'where a condition does not hold';
    recorder.report('check-left-out', { operator: 'prim::If' }, { reason: raised.message, when });
    facts.assume(condition, !then.raised);
    return (then.raised ? otherwise : then).commit();
  }
  return new Merge(operators, condition, [then, otherwise], known).run(kept?.());
}

/** One thing that both sides leave behind. */
interface Part {
  readonly pattern: Pattern;
  readonly sides: readonly [Frozen, Frozen];
}

/** A container with all that it holds. */
interface Filled {
  readonly container: Container;
  readonly items: ReadonlyMap<unknown, Part>;
}

class Merge {
  private readonly joiner: Joiner;

  constructor(
    private readonly operators: Operators,
    private readonly condition: ScalarValue,
    private readonly regions: readonly [Region, Region],
    known: readonly ((size: Dim) => Dim)[],
  ) {
    this.joiner = new Joiner(operators.recorder.symbols, known);
  }

  run(kept: ReadonlySet<Container> | undefined): CapturedValue {
    const { regions, operators } = this;
    const result = this.part(this.both((region) => freeze(region.result)));
    const changed = new Set(regions.flatMap((region) => [...region.containers]));
    const containers = [...changed].filter((each) => kept?.has(each) ?? true).map((each) => this.filled(each));
    const storages = [...new Set(regions.flatMap((region) => [...region.storages]))].filter((storage) =>
      operators.recorder.sees(storage.base),
    );
    const parts = [result, ...containers.flatMap(({ items }) => [...items.values()])];
    const takers = [new Taker(operators), new Taker(operators)] as const;
    regions.forEach((region, k) => {
      region.enter(() => {
        const taker = k === 0 ? takers[0] : takers[1];
        const taken = parts.flatMap(({ pattern, sides }) => taker.take(pattern, sides[k]));
        for (const storage of storages) taken.push(operators.memory.baseOf(storage));
        for (const value of taken) region.graph.addOutput(value);
      });
    });
    const results = this.record(parts, storages);
    const sources = results.map((_, k) => takers.flatMap((taker) => taker.storages[k] ?? []));
    const doubts = storages.map((storage) => this.both(() => storage.doubt).find((doubt) => doubt !== undefined));
    const existing = (pattern: Pattern) =>
      takers.flatMap((taker) => taker.containers.get(pattern) ?? []).filter((each) => regions[0].existed(each));
    const maker = new Maker(operators, results, sources, existing);
    const made = maker.make(result.pattern);
    for (const filled of containers) this.fill(filled, maker);
    for (const storage of storages) operators.memory.replace(storage, maker.result(), 'prim::If');
    storages.forEach((storage, k) => {
      const doubt = doubts[k];
      if (doubt) operators.memory.setDoubt(storage, doubt);
    });
    return made;
  }

  private both<T>(look: (region: Region) => T): readonly [T, T] {
    const [then, otherwise] = this.regions;
    return [then.enter(() => look(then)), otherwise.enter(() => look(otherwise))];
  }

  private part(sides: readonly [Frozen, Frozen]): Part {
    return { pattern: this.joiner.join(same(sides[0]), sides[1]), sides };
  }

  /** A container as both sides leave it. Variables that one side alone sets are gone. */
  private filled(container: Container): Filled {
    const [then, otherwise] = this.both(() => partsOf(container));
    const items = new Map<unknown, Part>();
    for (const key of new Set([...then.keys(), ...otherwise.keys()])) {
      const [first, second] = [then, otherwise].map((side) => side.get(key) ?? originalOf(container, key));
      if (first && second) items.set(key, this.part([first, second]));
    }
    return { container, items };
  }

  private fill({ container, items }: Filled, maker: Maker): void {
    const patterns = new Map([...items].map(([key, part]) => [key, part.pattern] as const));
    if (fill(container, patterns, maker)) return;
    const pattern = patterns.get(WHOLE);
    const reason = `what the program changes is one of ${pattern?.kind === 'unmerged' ? pattern.reason : 'several'}`;
    this.operators.recorder.report('data-dependent', { operator: 'prim::If' }, { reason });
  }

  private record(parts: readonly Part[], storages: readonly Storage[]): readonly Value[] {
    const { operators, regions, condition } = this;
    const seen = new Set<Pattern>();
    const types = parts.flatMap(({ pattern }) => slotTypes(pattern, seen));
    const [then, otherwise] = regions;
    const node = operators.recorder.record({
      domain: 'prim',
      op: 'If',
      inputs: [operators.read(operators.scalars.tensorOf(condition))],
      attributes: {
        then_branch: { type: 'graph', value: then.graph },
        else_branch: { type: 'graph', value: otherwise.graph },
      },
      outputs: [...types, ...storages].map(() => undefined),
    });
    node.outputs.forEach((output, k) => {
      // Memory is as large as before.
      output.type = types[k] ?? storages[k - types.length]?.base.type;
    });
    return node.outputs;
  }
}
