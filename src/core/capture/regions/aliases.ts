/**
 * Lists, dicts and objects that are one or another by a way that only a run knows. What a merge makes of two of them is a
 * third to us, and in truth it is one of them: a change of it that anything else could see cannot be followed.
 */
import type { Container } from './containers.ts';

export class Aliases {
  private readonly perhaps = new Map<object, Set<object>>();
  /** All containers that the program can reach now; whoever runs a program with containers says so. */
  reachable: () => ReadonlySet<Container> = () => new Set();

  /** Two containers that may be one. */
  link(a: object, b: object): void {
    const all = new Set([a, b, ...(this.perhaps.get(a) ?? []), ...(this.perhaps.get(b) ?? [])]);
    for (const each of all) {
      const others = new Set(all);
      others.delete(each);
      this.perhaps.set(each, others);
    }
  }

  /** Whether a change of a container may be seen by another name of the program. */
  isShared(container: Container): boolean {
    const others = this.perhaps.get(container);
    if (!others) return false;
    const held: ReadonlySet<object> = this.reachable();
    return [...others].some((other) => held.has(other));
  }
}
