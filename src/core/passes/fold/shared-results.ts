/** Large results of the same operator and inputs are made once, so that equal constants are written once. */
import type { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { hashOf } from '../cleanup/content.ts';
import { Structure } from '../cleanup/structure.ts';

/** Constants up to so many elements are compared by their numbers. */
const MOST_COMPARED = 1 << 14;

export class SharedResults {
  private readonly made = new Map<string, readonly Tensor[]>();
  private readonly structure = new Structure();
  private readonly contents = new Map<Value, string>();
  private readonly tensors = new Map<Tensor, number>();

  /** Results of fewer elements than `least` are not looked up. `constantOf` gives what is known of a value. */
  constructor(
    private readonly least: number,
    private readonly constantOf: (value: Value) => Tensor | undefined,
  ) {}

  /** The results of a node of the same operator and inputs before it: equal constants are written once. */
  of(node: Node, results: readonly Tensor[]): readonly Tensor[] {
    if (results.every(({ count }) => count < this.least)) return results;
    for (const input of node.inputs) this.tell(input);
    const key = this.structure.of(node, undefined, this.contents);
    const same = this.made.get(key);
    if (same) return same;
    this.made.set(key, results);
    return results;
  }

  /** Says of a value what it holds: small constants are equal by their numbers, others as what they are. */
  private tell(value: Value | undefined): void {
    if (!value || this.contents.has(value)) return;
    const tensor = this.constantOf(value);
    if (!tensor) return;
    const { dtype, shape, count } = tensor;
    const isSmall = count <= MOST_COMPARED && dtype !== 'string';
    this.contents.set(value, `=${dtype}[${shape}]${isSmall ? hashOf(tensor) : `#${this.numberOf(tensor)}`}`);
  }

  private numberOf(tensor: Tensor): number {
    const number = this.tensors.get(tensor) ?? this.tensors.size;
    this.tensors.set(tensor, number);
    return number;
  }
}
