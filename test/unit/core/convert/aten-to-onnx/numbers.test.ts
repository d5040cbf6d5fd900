/**
 * Every rule by numbers: PyTorch's answers (test/fixtures/aten/make.py) against onnxruntime's for the converted call, at
 * the pivot opset and at those that adapters lead to.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { ORIGINALS } from '../../../../../src/core/convert/aten-to-onnx/aliases.ts';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { RULES } from '../../../../../src/core/convert/aten-to-onnx/rules.ts';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { PIVOT_OPSET } from '../../../../../src/core/convert/pivot.ts';
import { overloadsOf } from '../../../../../src/core/dialects/aten/schemas.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { isFloat } from '../../../../../src/core/ir/dtype.ts';
import type { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { foldConstants } from '../../../../../src/core/passes/fold-constants.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { type Batch, type Case, makeBatch, type Row, readCases } from './cases.ts';

/** float32 keeps 1.2e-7; sums of some tens of products in another order lose two digits of that at worst. */
const TOLERANCE = 1e-5;
/** float16 keeps 1e-3. */
const HALF_TOLERANCE = 1e-3;
/** So many calls share a session, which costs more than running them. */
const BATCH = 100;

const rows = readCases();
const operators = new Set(rows.map(([operator]) => operator));

/** What onnxruntime gives for a batch at an opset, and what could not be converted, by the paths of the cases. */
async function run(
  batch: Batch,
  opset: number,
): Promise<{ results: Map<string, Tensor>; refused: Map<string, string> }> {
  const { model, problems } = atenToOnnx(batch.model);
  runPasses(model, [foldConstants]);
  const adapted = opset === PIVOT_OPSET ? [] : convertOpset(model, opset).problems;
  const refused = new Map(
    [...problems, ...adapted].map((each) => [each.node?.name.split('/')[0] ?? '', each.message] as const),
  );
  const results = refused.size === 0 ? await runModel(encodeOnnx(model), batch.inputs) : new Map<string, Tensor>();
  return { results, refused };
}

/** As `run`, for all rows: refused ones are left out and the rest runs again; where a batch fails, each runs alone. */
async function runAll(opset: number) {
  const found: { case: Case; results: Map<string, Tensor> | undefined; error: string | undefined }[] = [];
  const runSome = async (some: readonly Row[]): Promise<void> => {
    const batch = makeBatch(some);
    try {
      const { results, refused } = await run(batch, opset);
      const open: Row[] = [];
      for (const [k, each] of batch.cases.entries()) {
        const error = refused.get(each.path);
        const row = some[k];
        if (error !== undefined) found.push({ case: each, results: undefined, error });
        else if (refused.size === 0) found.push({ case: each, results, error: undefined });
        else if (row) open.push(row);
      }
      if (open.length > 0) await runSome(open);
    } catch (error) {
      const [only] = batch.cases;
      if (only && some.length === 1) found.push({ case: only, results: undefined, error: String(error) });
      else for (const row of some) await runSome([row]);
    }
  };
  for (let start = 0; start < rows.length; start += BATCH) await runSome(rows.slice(start, start + BATCH));
  return found;
}

describe('at the pivot opset', () => {
  let found: Map<string, Awaited<ReturnType<typeof runAll>>[number]>;
  beforeAll(async () => {
    found = new Map((await runAll(PIVOT_OPSET)).map((each) => [each.case.title, each]));
  });

  test.each(makeBatch(rows).cases.map((each) => each.title))('%s', (title) => {
    const outcome = found.get(title);
    expect(outcome?.error).toBeUndefined();
    for (const [name, wanted] of outcome?.case.outputs ?? []) expectClose(outcome?.results?.get(name), wanted);
  });
});

/** What an older opset cannot say: everything else runs there with the same numbers. */
test.each([
  [20, ''],
  [17, '__and__ __or__ __xor__ bitwise_and bitwise_or bitwise_xor col2im grid_sampler_3d scatter_reduce'],
  [
    13,
    '__and__ __or__ __xor__ bitwise_and bitwise_or bitwise_xor col2im grid_sampler grid_sampler_2d ' +
      'grid_sampler_3d index_add index_put scatter scatter_add scatter_reduce',
  ],
])(
  'at opset %i',
  async (opset, lacking) => {
    const refused = new Set<string>();
    for (const { case: each, results, error } of await runAll(opset)) {
      if (error === undefined) {
        for (const [name, wanted] of each.outputs) expectClose(results?.get(name), wanted, each.title);
      } else {
        expect(error, each.title).toContain('needs opset');
        refused.add(each.operator.split('.')[0] ?? '');
      }
    }
    expect([...refused].sort().join(' ')).toBe(lacking);
  },
  60_000,
);

test('every alias has a case, and the arguments of its original', () => {
  const signatures = (name: string) =>
    new Set(overloadsOf(name).map((each) => each.arguments.map((argument) => argument.name).join()));
  for (const [alias, original] of ORIGINALS) {
    const originals = signatures(original);
    expect(
      [...signatures(alias)].filter((each) => !originals.has(each)),
      alias,
    ).toEqual([]);
  }
  const tested = new Set([...operators].map((each) => each.split('.')[0]));
  expect([...ORIGINALS.keys()].filter((alias) => !tested.has(alias))).toEqual([]);
});

/** PyTorch leaves open what these hold. */
const LEFT_OPEN = new Set(['aten::empty', 'aten::empty_like', 'aten::new_empty']);

test('every rule has a case', () => {
  const tested = new Set([...operators].flatMap((each) => [`aten::${each}`, `aten::${each.split('.')[0]}`]));
  expect([...RULES.keys()].filter((rule) => !tested.has(rule) && !LEFT_OPEN.has(rule))).toEqual([]);
});

function expectClose(got: Tensor | undefined, wanted: Tensor, title = ''): void {
  expect([got?.dtype, got?.shape], title).toEqual([wanted.dtype, wanted.shape]);
  const [a, b] = [got?.numbers() ?? [], wanted.numbers()];
  const largest = b.reduce((most, each) => (Number.isFinite(each) ? Math.max(most, Math.abs(each)) : most), 1e-3);
  const relative = wanted.dtype === 'float16' ? HALF_TOLERANCE : TOLERANCE;
  const tolerance = isFloat(wanted.dtype) ? relative * largest : 0;
  const wrong = b.findIndex((each, k) => !close(a[k] ?? Number.NaN, each, tolerance));
  if (wrong >= 0) expect(a, `${title} differs at ${wrong}`).toEqual(b);
}

function close(a: number, b: number, tolerance: number): boolean {
  if (Number.isNaN(b)) return Number.isNaN(a);
  return Number.isFinite(b) ? Math.abs(a - b) <= tolerance : a === b;
}
