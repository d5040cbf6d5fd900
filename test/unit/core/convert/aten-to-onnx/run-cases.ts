/** Runs cases of PyTorch's answers: converted, brought to an opset, and computed by onnxruntime. */
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { PIVOT_OPSET } from '../../../../../src/core/convert/pivot.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { isFloat } from '../../../../../src/core/ir/dtype.ts';
import type { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { foldConstants } from '../../../../../src/core/passes/fold/fold-constants.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { type Batch, type Case, makeBatch, type Row } from './cases.ts';

/** float32 keeps 1.2e-7; sums of some tens of products in another order lose two digits of that at worst. */
const TOLERANCE = 1e-5;
/** float16 keeps 1e-3. */
const HALF_TOLERANCE = 1e-3;
/** So many calls share a session, which costs more than running them. */
const BATCH = 100;

export interface Outcome {
  readonly case: Case;
  /** What differs from PyTorch's answer, or what the run failed with; undefined where nothing does. */
  readonly fault: string | undefined;
  /** A problem of the conversion: the case did not run. */
  readonly refused: string | undefined;
  /** An operator and type that the runtime is known to lack, `Acos float64`: the case did not run. */
  readonly lacking: string | undefined;
}

const RAN = { fault: undefined, refused: undefined, lacking: undefined };

/**
 * Every case at an opset. Refused ones, and those that would need something of `withoutKernel`, are left out and the rest
 * runs again; where a batch fails, its halves run alone.
 */
export async function runCases(
  rows: readonly Row[],
  opset: number,
  withoutKernel: ReadonlySet<string> = new Set(),
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const runSome = async (some: readonly Row[]): Promise<void> => {
    const batch = makeBatch(some);
    try {
      const { results, refused, lacking } = await run(batch, opset, withoutKernel);
      const open: Row[] = [];
      for (const [k, each] of batch.cases.entries()) {
        const [reason, kernel, row] = [refused.get(each.path), lacking.get(each.path), some[k]];
        if (reason !== undefined) outcomes.push({ ...RAN, case: each, refused: reason });
        else if (kernel !== undefined) outcomes.push({ ...RAN, case: each, lacking: kernel });
        else if (results) outcomes.push({ ...RAN, case: each, fault: difference(each, results) });
        else if (row) open.push(row);
      }
      if (open.length > 0) await runSome(open);
    } catch (error) {
      const [only] = batch.cases;
      const half = some.length >> 1;
      if (only && half === 0) outcomes.push({ ...RAN, case: only, fault: String(error) });
      else for (const part of [some.slice(0, half), some.slice(half)]) await runSome(part);
    }
  };
  for (let start = 0; start < rows.length; start += BATCH) await runSome(rows.slice(start, start + BATCH));
  return outcomes;
}

interface Run {
  /** What onnxruntime gives; undefined where something cannot run. */
  readonly results: ReadonlyMap<string, Tensor> | undefined;
  /** What could not be converted, and what has no kernel, by the paths of the cases. */
  readonly refused: ReadonlyMap<string, string>;
  readonly lacking: ReadonlyMap<string, string>;
}

async function run(batch: Batch, opset: number, withoutKernel: ReadonlySet<string>): Promise<Run> {
  const { model, problems } = atenToOnnx(batch.model);
  runPasses(model, [foldConstants]);
  const adapted = opset === PIVOT_OPSET ? [] : convertOpset(model, opset).problems;
  const refused = new Map([...problems, ...adapted].map((each) => [pathOf(each.node?.name), each.message] as const));
  const lacking = new Map<string, string>();
  for (const node of model.graph.nodes) {
    const kernel = `${node.op} ${node.output().dtype}`;
    if (withoutKernel.has(kernel)) lacking.set(pathOf(node.name), kernel);
  }
  const runs = refused.size === 0 && lacking.size === 0;
  return { results: runs ? await runModel(encodeOnnx(model), batch.inputs) : undefined, refused, lacking };
}

function pathOf(name: string | undefined): string {
  return name?.split('/')[0] ?? '';
}

function difference(of: Case, results: ReadonlyMap<string, Tensor>): string | undefined {
  for (const [name, wanted] of of.outputs) {
    const got = results.get(name);
    if (!got || got.dtype !== wanted.dtype || got.shape.join() !== wanted.shape.join())
      return `${got ? typeText(got) : 'nothing'} where PyTorch gives ${typeText(wanted)}`;
    const [mine, theirs] = [got.numbers(), wanted.numbers()];
    const largest = theirs.reduce(
      (most, each) => (Number.isFinite(each) ? Math.max(most, Math.abs(each)) : most),
      1e-3,
    );
    const relative = wanted.dtype === 'float16' ? HALF_TOLERANCE : TOLERANCE;
    const tolerance = isFloat(wanted.dtype) ? relative * largest : 0;
    const at = theirs.findIndex((each, k) => !close(mine[k] ?? Number.NaN, each, tolerance));
    if (at >= 0) return `element ${at} is ${mine[at]} where PyTorch gives ${theirs[at]}`;
  }
  return undefined;
}

function typeText({ dtype, shape }: Tensor): string {
  return `${dtype}[${shape.join(', ')}]`;
}

function close(a: number, b: number, tolerance: number): boolean {
  if (Number.isNaN(b)) return Number.isNaN(a);
  return Number.isFinite(b) ? Math.abs(a - b) <= tolerance : a === b;
}
