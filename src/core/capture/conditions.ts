/**
 * A condition that only a run knows: both sides run into graphs of their own, and what differs between them becomes the
 * results of an If.
 */
import type { Graph } from '../ir/graph.ts';
import type { Value } from '../ir/value.ts';
import { type Container, Overrides, setContent, type World } from './containers.ts';
import { type Frozen, freeze, freezeContent } from './frozen.ts';
import type { Operators } from './operators.ts';
import { Joiner, type Pattern, same } from './patterns.ts';
import { typeOf } from './recorder.ts';
import { Region } from './regions.ts';
import type { ScalarValue } from './scalars.ts';
import { Maker, slotTypes, Taker } from './slots.ts';
import type { Storage } from './tensor.ts';
import type { CapturedValue } from './values.ts';

type Side = () => CapturedValue;

/**
 * Runs both sides and gives what the program goes on with. A side that only raises an error is left out, with a note;
 * throws RaisedError where both do.
 */
export function choose(
  operators: Operators,
  condition: ScalarValue,
  sides: readonly [then: Side, otherwise: Side],
  world: World,
): CapturedValue {
  const { recorder } = operators;
  const { place } = recorder;
  const [then, otherwise] = sides.map((side) => {
    recorder.place = place;
    return Region.run(operators, world, side);
  });
  recorder.place = place;
  if (!then || !otherwise) throw new Error('a condition has two sides');
  if (then.raised && otherwise.raised) throw then.raised;
  const raised = then.raised ?? otherwise.raised;
  if (raised) {
    const when = then.raised ? 'where a condition holds' : 'where a condition does not hold';
    recorder.report('check-left-out', { operator: 'prim::If' }, { reason: raised.message, when });
    return (then.raised ? otherwise : then).commit();
  }
  return new Merge(operators, condition, [then, otherwise]).run();
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
  private readonly joiner = new Joiner();

  constructor(
    private readonly operators: Operators,
    private readonly condition: ScalarValue,
    private readonly regions: readonly [Region, Region],
  ) {}

  run(): CapturedValue {
    const { regions, operators } = this;
    const { memory, recorder } = operators;
    const result = this.part(this.both((region) => freeze(region.result)));
    const containers = [...new Set(regions.flatMap((region) => [...region.containers]))].map((each) =>
      this.filled(each),
    );
    const storages = [...new Set(regions.flatMap((region) => [...region.storages]))].filter((storage) =>
      recorder.sees(storage.base),
    );
    const parts = [result, ...containers.flatMap(({ items }) => [...items.values()])];
    const takers = [new Taker(operators), new Taker(operators)] as const;
    regions.forEach((region, k) => {
      region.enter(() => {
        const taken = parts.flatMap(({ pattern, sides }) => {
          const side = sides[k];
          return (k === 0 ? takers[0] : takers[1]).take(pattern, side);
        });
        for (const storage of storages) taken.push(memory.baseOf(storage));
        addOutputs(region.graph, taken);
      });
    });
    const results = this.record(parts, storages);
    const sources = results.map((_, k) => takers.flatMap((taker) => taker.storages[k] ?? []));
    const maker = new Maker(operators, results, sources);
    const made = maker.make(result.pattern);
    for (const { container, items } of containers) {
      setContent(container, maker.content(new Map([...items].map(([key, part]) => [key, part.pattern] as const))));
    }
    const bases = results.slice(results.length - storages.length);
    storages.forEach((storage, k) => {
      const base = bases[k];
      if (base) memory.replace(storage, base, 'prim::If');
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
    const [then, otherwise] = this.both(() => freezeContent(container));
    const items = new Map<unknown, Part>();
    for (const key of new Set([...then.keys(), ...otherwise.keys()])) {
      const original = container instanceof Overrides ? freeze(container.original(String(key))) : undefined;
      const [first, second] = [then.get(key) ?? original, otherwise.get(key) ?? original];
      if (first && second) items.set(key, this.part([first, second]));
    }
    const whole = items.size === then.size && items.size === otherwise.size;
    if (!whole && !(container instanceof Map || container instanceof Overrides)) {
      const reason = `a ${container.kind} holds more or less after one side of a condition than after the other`;
      this.operators.recorder.report('data-dependent', { operator: 'prim::If' }, { reason });
    }
    return { container, items };
  }

  private record(parts: readonly Part[], storages: readonly Storage[]): readonly Value[] {
    const { operators, regions, condition } = this;
    const seen = new Set<Pattern>();
    const infos = parts.flatMap(({ pattern }) => slotTypes(pattern, seen));
    const [then, otherwise] = regions;
    const node = operators.recorder.record({
      domain: 'prim',
      op: 'If',
      inputs: [operators.read(operators.scalars.tensorOf(condition))],
      attributes: {
        then_branch: { type: 'graph', value: then.graph },
        else_branch: { type: 'graph', value: otherwise.graph },
      },
      outputs: [...infos, ...storages.map(() => undefined)],
    });
    node.outputs.forEach((output, k) => {
      const info = infos[k];
      output.type = info ? typeOf(info) : then.graph.outputs[k]?.type;
    });
    return node.outputs;
  }
}

function addOutputs(graph: Graph, values: readonly Value[]): void {
  for (const value of values) graph.addOutput(value);
}
