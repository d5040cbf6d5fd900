/**
 * Our kernels for constants beside the ONNX node tests: the inputs of each test become constants, its node is computed, and
 * the outputs are compared with the stored ones.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOnnx, readTensorFile } from '../../../src/core/formats/onnx/read.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import type { Node } from '../../../src/core/ir/node.ts';
import type { Tensor } from '../../../src/core/ir/tensor.ts';
import { load, numbersOf } from '../../../src/core/passes/fold/kernels/dense.ts';
import { accuracyOf, compute, isComputable, isComputableType } from '../../../src/core/passes/fold/kernels/table.ts';

export interface KernelResult {
  readonly operator: string;
  /** `open`: the kernel says that the definition leaves the answer open; `none`: there is no kernel for it. */
  readonly verdict: 'same' | 'other' | 'open' | 'none';
  readonly reason?: string;
}

/** Where a result is rounded once and the stored one was computed in some order of single steps. */
const ROUNDED = 2e-6;

/** Computes the one node of a node test; undefined for a model of several nodes, or of other values than tensors. */
export function measureKernel(folder: string): KernelResult | undefined {
  const model = readOnnx(new MemoryBytes('model.onnx', readFileSync(join(folder, 'model.onnx'))));
  const [node, ...more] = model.graph.nodes;
  const opset = model.opsetImports.get('');
  if (!node || more.length > 0 || opset === undefined || node.domain !== '') return undefined;
  const data = join(folder, 'test_data_set_0');
  const named = (kind: string, names: readonly (string | undefined)[]) =>
    new Map(
      names.flatMap((name, k) => {
        const file = join(data, `${kind}_${k}.pb`);
        return existsSync(file) ? [[name, readTensorFile(new MemoryBytes(file, readFileSync(file)))] as const] : [];
      }),
    );
  if (!isComputable(node, opset)) return { operator: node.op, verdict: 'none' };
  const isTensor = [...model.graph.inputs, ...model.graph.outputs].every(({ type }) => type?.kind === 'tensor');
  if (!isTensor) return { operator: node.op, verdict: 'none', reason: 'no tensors' };
  const inputs = named(
    'input',
    model.graph.inputs.map((value) => value.name),
  );
  const wanted = named(
    'output',
    model.graph.outputs.map((value) => value.name),
  );
  const found = compute(
    node,
    node.inputs.map((input) => input && inputs.get(input.name)),
    opset,
  );
  return { operator: node.op, ...judged(node, found, wanted) };
}

function judged(node: Node, found: readonly Tensor[] | undefined, wanted: ReadonlyMap<string | undefined, Tensor>) {
  if (!found) return { verdict: 'open' } as const;
  for (const [k, output] of node.outputs.entries()) {
    const stored = wanted.get(output.name);
    if (!stored) continue;
    const ours = found[k];
    if (!ours) return { verdict: 'other', reason: `output ${k} is missing` } as const;
    const reason = difference(ours, stored, accuracyOf(node.op) === 'exact' ? 0 : ROUNDED);
    if (reason) return { verdict: 'other', reason } as const;
  }
  return { verdict: 'same' } as const;
}

function difference(ours: Tensor, stored: Tensor, most: number): string | undefined {
  if (ours.dtype !== stored.dtype) return `${ours.dtype} instead of ${stored.dtype}`;
  if (ours.shape.join() !== stored.shape.join()) return `[${ours.shape}] instead of [${stored.shape}]`;
  if (ours.dtype === 'string' || Buffer.compare(ours.bytes(), stored.bytes()) === 0) return undefined;
  if (!isComputableType(ours.dtype)) return 'other bits';
  const [a, b] = [load(ours), load(stored)].map(numbersOf);
  for (const [k, wanted] of b?.entries() ?? []) {
    const given = a?.[k] ?? Number.NaN;
    // Every NaN is as good as another, and 0 as -0.
    const same = given === wanted || (Number.isNaN(given) && Number.isNaN(wanted));
    if (!same && !(Math.abs(given - wanted) <= most * Math.max(Math.abs(wanted), 1e-30)))
      return `${given} instead of ${wanted} at ${k}`;
  }
  return undefined;
}
