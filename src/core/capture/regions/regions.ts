/**
 * Parts of a program that a run may leave out or repeat: one side of a condition, the body of a loop. Each records into
 * a graph of its own, and what it changes is undone at its end, so that it can be merged with what else may happen.
 */
import { Graph } from '../../ir/graph.ts';
import type { Operators } from '../operators/operators.ts';
import { RaisedError } from '../values/plain-values.ts';
import type { Storage } from '../values/tensor.ts';
import { type CapturedValue, UNKNOWN } from '../values/values.ts';
import { type Container, type Content, contentOf, Snapshot, setContent, type World } from './containers.ts';
import { Journal } from './journal.ts';

export class Region {
  /** What the part gives. */
  result: CapturedValue = UNKNOWN;
  /** The program raises an error at its end, whatever the data. */
  raised: RaisedError | undefined;
  private readonly journal = new Journal();
  /** What containers hold that it changes: within `enter` how they were before it, else how they are after it. */
  private readonly contents = new Map<Container, Content>();

  private constructor(
    private readonly operators: Operators,
    readonly graph: Graph,
    private readonly snapshot: Snapshot,
  ) {}

  /** Runs a part of a program. Errors other than those that the program itself raises go on to the caller. */
  static run(operators: Operators, world: World, work: () => CapturedValue, graph = new Graph()): Region {
    const snapshot = new Snapshot(world);
    const region = new Region(operators, graph, snapshot);
    try {
      region.result = region.inside(work);
    } catch (error) {
      if (!(error instanceof RaisedError)) throw error;
      region.raised = error;
    } finally {
      for (const [container, before] of snapshot.changed()) region.contents.set(container, before);
      region.swap();
    }
    return region;
  }

  /** Whether a container was there before it. */
  existed(container: Container): boolean {
    return this.snapshot.has(container);
  }

  get containers(): Iterable<Container> {
    return this.contents.keys();
  }

  get storages(): Iterable<Storage> {
    return this.journal.storages;
  }

  /** Goes back to its end: nodes recorded there belong to it. */
  enter<T>(work: () => T): T {
    this.swap();
    try {
      return this.inside(work);
    } finally {
      this.swap();
    }
  }

  /** It always runs: its nodes go to the graph around it, and its changes stay. */
  commit(): CapturedValue {
    const { recorder, memory } = this.operators;
    this.swap();
    memory.keepAll(this.journal);
    for (const node of [...this.graph.nodes]) {
      this.graph.nodes.unlink(node);
      recorder.current.nodes.append(node);
    }
    recorder.symbols.move(this.graph, recorder.current);
    return this.result;
  }

  private inside<T>(work: () => T): T {
    const { recorder, memory } = this.operators;
    return memory.journaled(this.journal, () => recorder.within(this.graph, work));
  }

  private swap(): void {
    this.journal.swap();
    for (const [container, content] of this.contents) {
      this.contents.set(container, contentOf(container));
      setContent(container, content);
    }
  }
}
