/** What nodes give that is known beforehand: computed of constants, or followed from sizes. */
import { constantAttribute, constantOf } from '../../dialects/onnx/data.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { elementCount, isStatic } from '../../ir/shape.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { Structure } from '../cleanup/structure.ts';
import { compute, isComputable, isComputableType, isSure } from './kernels/table.ts';
import type { FoldLimits } from './limits.ts';

/** The constant that a value is without any computation: an initializer that nobody may replace, or a Constant node's. */
export function givenConstant(value: Value): Tensor | undefined {
  const { producer } = value;
  if (!producer) return value.overridable ? undefined : value.constant;
  return producer.op === 'Constant' && producer.domain === '' ? constantAttribute(producer) : undefined;
}

/** Whether a node makes floats of quantised weights, which are four times as large. */
export function widensWeights(node: Node, { keptIntegers }: Pick<FoldLimits, 'keptIntegers'>): boolean {
  const [input, output] = [node.input(0), node.output()];
  if (node.op !== 'Cast' || !input || !output.dtype || !isFloat(output.dtype)) return false;
  const given = givenConstant(input);
  return (given?.dtype === 'int8' || given?.dtype === 'uint8') && given.count >= keptIntegers;
}

/** Constants up to so many elements are compared by their numbers. */
const MOST_COMPARED = 16;

/** The values of one graph that are known beforehand, found node by node from the first to the last. */
export class KnownValues {
  private readonly known = new Map<Value, Tensor>();
  /** Large results by what they are computed of. */
  private readonly made = new Map<string, readonly Tensor[]>();
  private readonly structure = new Structure();
  private readonly contents = new Map<Value, string>();
  private readonly tensors = new Map<Tensor, number>();

  constructor(
    private readonly opset: number,
    private readonly limits: FoldLimits,
  ) {}

  get(value: Value): Tensor | undefined {
    return this.known.get(value);
  }

  /** Finds out whether all outputs of a node are known. */
  look(node: Node): boolean {
    if (node.domain !== '' || node.op === 'Constant' || node.outputs.length === 0) return false;
    const results = this.computed(node);
    const found = results ? this.once(node, results) : this.followed(node);
    if (!found) return false;
    for (const [k, tensor] of found.entries()) {
      const output = node.outputs[k];
      if (output) this.known.set(output, tensor);
    }
    return true;
  }

  /** The results of a node of the same operator and inputs before it: equal constants are written once. */
  private once(node: Node, results: readonly Tensor[]): readonly Tensor[] {
    if (results.every(({ count }) => count < this.limits.later)) return results;
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
    const tensor = this.known.get(value) ?? givenConstant(value);
    if (!tensor) return;
    const { dtype, shape, count } = tensor;
    const isSmall = count <= MOST_COMPARED && dtype !== 'string';
    const numbers = isSmall ? Buffer.from(tensor.bytes()).toString('hex') : `#${this.numberOf(tensor)}`;
    this.contents.set(value, `=${dtype}[${shape}]${numbers}`);
  }

  private numberOf(tensor: Tensor): number {
    const number = this.tensors.get(tensor) ?? this.tensors.size;
    this.tensors.set(tensor, number);
    return number;
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
      const tensor = input && (givenConstant(input) ?? this.known.get(input));
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

export function byteLengthOf(tensor: Tensor | undefined): number {
  return tensor && tensor.dtype !== 'string' ? tensor.byteLength : 0;
}
