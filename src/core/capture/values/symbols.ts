/** The symbols of a capture: each stands for one number that only a run knows, and the graph has a value that holds it. */
import { type Bounds, UNBOUNDED } from '../../ir/bounds.ts';
import { Expression } from '../../ir/expression.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Dim } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';

/** Where a program is among the graphs of conditions and loops. */
interface Here {
  readonly current: Graph;
  isWithin(graph: Graph): boolean;
}

export class SymbolTable {
  private readonly providers = new Map<string, () => Value>();
  /** The graph that each symbol came up in: it is known there and in the graphs within. */
  private readonly homes = new Map<string, Graph>();
  private readonly counts = new Map<string, number>();
  /** What symbols were in the example that a program was traced with. */
  readonly examples = new Map<string, number>();
  /** Symbols of plain numbers that are inputs of the program, with the names of these. */
  readonly inputs = new Map<string, string>();

  constructor(private readonly here: Here) {}

  /** A symbol that no other has: `u0`, `u1`, ... */
  fresh(prefix: string, provide: () => Value, bounds: Bounds = UNBOUNDED): Expression {
    return this.declare(this.unused(prefix), provide, bounds);
  }

  /** A name that no symbol has, and that none will be given here. */
  unused(prefix: string): string {
    let name: string;
    do {
      const count = this.counts.get(prefix) ?? 0;
      this.counts.set(prefix, count + 1);
      name = `${prefix}${count}`;
    } while (this.providers.has(name));
    return name;
  }

  /**
   * A symbol of a given name, such as a size of an input that the user has named; the first to declare it provides it:
   * `provide` gives the 0-d value (int64, or float64 or bool for numbers that are no ints) when it is asked for.
   */
  declare(name: string, provide: () => Value, bounds: Bounds = UNBOUNDED): Expression {
    if (!this.providers.has(name)) {
      this.providers.set(name, provide);
      this.homes.set(name, this.here.current);
    }
    return Expression.symbol(name, bounds);
  }

  /** Whether a size is known here: the numbers of one side of a condition are not known outside it. */
  sees(size: Dim): boolean {
    if (!(size instanceof Expression)) return true;
    return [...size.symbols()].every((name) => {
      const home = this.homes.get(name);
      return home === undefined || this.here.isWithin(home);
    });
  }

  /** The graph that a symbol came up in; undefined for those that nothing provides. */
  homeOf(name: string): Graph | undefined {
    return this.homes.get(name);
  }

  /** The nodes of a graph have moved to another, and so have the symbols. */
  move(from: Graph, to: Graph): void {
    for (const [name, home] of this.homes) if (home === from) this.homes.set(name, to);
  }

  has(name: string): boolean {
    return this.providers.has(name);
  }

  /** The 0-d value that holds the number. Throws Error for a symbol that nobody declared, which is our own fault. */
  provider(name: string): Value {
    const provide = this.providers.get(name);
    if (!provide) throw new Error(`nothing provides the symbol ${name}`);
    return provide();
  }
}
