/** What nodes give that is known beforehand: computed of constants, or followed from sizes. */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import { elementCount, isStatic } from '../../ir/shape.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { givenConstant, widensWeights } from './given.ts';
import { compute, isComputable, isComputableType, isSure } from './kernels/table.ts';
import type { FoldLimits } from './limits.ts';
import { SharedResults } from './shared-results.ts';

/** The values of one graph that are known beforehand, found node by node from the first to the last. */
export class KnownValues {
  private readonly known = new Map<Value, Tensor>();
  private readonly shared: SharedResults;

  constructor(
    private readonly opset: number,
    private readonly limits: FoldLimits,
  ) {
    this.shared = new SharedResults(limits.later, (value) => this.tensorOf(value));
  }

  get(value: Value): Tensor | undefined {
    return this.known.get(value);
  }

  private tensorOf(value: Value): Tensor | undefined {
    return givenConstant(value) ?? this.known.get(value);
  }

  /** Finds out whether all outputs of a node are known. */
  look(node: Node): boolean {
    if (node.domain !== '' || node.op === 'Constant' || node.outputs.length === 0) return false;
    const results = this.computed(node);
    const found = results ? this.shared.of(node, results) : this.followed(node);
    if (!found) return false;
    for (const [k, tensor] of found.entries()) {
      const output = node.outputs[k];
      if (output) this.known.set(output, tensor);
    }
    return true;
  }

  /** What inference knows of sizes, also where other sizes of the same shape are unknown. */
  private followed(node: Node): readonly Tensor[] | undefined {
    const found: Tensor[] = [];
    for (const output of node.outputs) {
      const tensor = constantOf(output);
      if (!tensor) return undefined;
      found.push(tensor);
    }
    return found;
  }

  private computed(node: Node): readonly Tensor[] | undefined {
    if (!isComputable(node, this.opset) || node.inputCount === 0) return undefined;
    // No elements need to be read to tell a size.
    if (node.op === 'Shape' || node.op === 'Size') return undefined;
    if (widensWeights(node, this.limits)) return undefined;
    const tensors: (Tensor | undefined)[] = [];
    let most = 0;
    let isSmall = true;
    for (const input of node.inputs) {
      const tensor = input && this.tensorOf(input);
      if (input && !tensor) return undefined;
      if (tensor && !isComputableType(tensor.dtype)) return undefined;
      if (tensor && !this.limits.isSmall(tensor.dtype, tensor.count)) isSmall = false;
      most = Math.max(most, tensor?.count ?? 0);
      tensors.push(tensor);
    }
    for (const { dtype, shape } of node.outputs) {
      if (!dtype || !isStatic(shape)) continue;
      if (!this.limits.isSmall(dtype, elementCount(shape))) isSmall = false;
      most = Math.max(most, elementCount(shape));
    }
    const [only] = tensors;
    if (node.op === 'Identity' && only) return [only];
    if (most >= this.limits.later && isSure(node, tensors)) return this.computedLater(node, tensors);
    const results = isSmall ? compute(node, tensors, this.opset) : undefined;
    return results?.every(({ dtype, count }) => this.limits.isSmall(dtype, count)) ? results : undefined;
  }

  /** Results whose bytes are computed when somebody asks for them; their types must be known. */
  private computedLater(node: Node, tensors: readonly (Tensor | undefined)[]): readonly Tensor[] | undefined {
    const { opset } = this;
    const results: Tensor[] = [];
    for (const [k, { dtype, shape }] of node.outputs.entries()) {
      if (!dtype || !isStatic(shape)) return undefined;
      const bytes = () => {
        // The node has gone by then, with its inputs; what it says stays.
        const result = compute(node, tensors, opset)?.[k];
        if (!result) throw new Error(`${node.operator} ${node.name ?? ''} has no answer for its constants`);
        return result.bytes();
      };
      results.push(new Tensor(dtype, shape, new ComputedSource('computed', bytes)));
    }
    return results;
  }
}
