/** Choices by chance, the same for the same seed. */
import { generator } from '../../../src/core/runtime/inputs.ts';

export class Chance {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = generator(seed);
    // Seeds that are close begin alike.
    for (let k = 0; k < 8; k++) this.next();
  }

  /** From 0 up to 1. */
  number(): number {
    return this.next();
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  flip(probability = 0.5): boolean {
    return this.next() < probability;
  }

  /** Throws RangeError where there is nothing to pick from. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('nothing to pick from');
    // Within the list, whose items may be undefined.
    return list[Math.floor(this.next() * list.length)] as T;
  }

  /** The later, the likelier. */
  late<T>(list: readonly T[]): T {
    const at = Math.max(this.next(), this.next());
    return this.pick(list.slice(Math.floor(at * list.length)));
  }

  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    const found: T[] = [];
    while (rest.length > 0) found.push(...rest.splice(this.int(0, rest.length - 1), 1));
    return found;
  }

  /** Every item with the same probability, in order. */
  some<T>(list: readonly T[], probability = 0.5): T[] {
    return list.filter(() => this.flip(probability));
  }
}
