/** Sizes that several inputs of an operator share, by the names that its definition gives them. */
import type { Node } from '../../../ir/node.ts';
import type { Dim, Shape } from '../../../ir/shape.ts';
import { agree, clash } from './rule.ts';

export class NamedSizes {
  private readonly known = new Map<string, Dim>();

  constructor(private readonly node: Node) {}

  /**
   * Reads the shape of an input by the names of its axes, with spaces between; a number must be that size. An absent
   * input, or one of unknown rank, says nothing. Throws where the rank or a size differs from what was read before.
   */
  read(index: number, names: string): this {
    const shape = this.node.input(index)?.shape;
    if (!shape) return this;
    const axes = names === '' ? [] : names.split(' ');
    if (axes.length !== shape.length) {
      clash(this.node, `input ${index} has rank ${shape.length}, not ${axes.length} (${names})`, {
        kind: 'input',
        index,
      });
    }
    for (const [k, name] of axes.entries()) this.set(name, shape[k]);
    return this;
  }

  /** Says one size. Throws where another is known. */
  set(name: string, dim: Dim): this {
    const before = /^\d+$/.test(name) ? Number(name) : this.known.get(name);
    this.known.set(name, agree(this.node, before, dim, `size of ${name}`));
    return this;
  }

  get(name: string): Dim {
    return this.known.get(name);
  }

  shape(names: string): Shape {
    return names.split(' ').map((name) => (/^\d+$/.test(name) ? Number(name) : this.get(name)));
  }
}
