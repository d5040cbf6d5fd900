/** The symbols of a capture: each stands for one number that only a run knows, and the graph has a value that holds it. */
import { type Bounds, UNBOUNDED } from '../ir/bounds.ts';
import { Expression } from '../ir/expression.ts';
import type { Value } from '../ir/value.ts';

export class SymbolTable {
  private readonly providers = new Map<string, () => Value>();
  private readonly counts = new Map<string, number>();
  /** What symbols were in the example that a program was traced with. */
  readonly examples = new Map<string, number>();
  private serial = 0;

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
    if (!this.providers.has(name)) this.providers.set(name, provide);
    return Expression.symbol(name, bounds);
  }

  /** A name that nothing else has. */
  unique(): string {
    return String(this.serial++);
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
