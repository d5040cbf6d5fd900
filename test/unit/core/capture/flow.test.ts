/** Programs whose course depends on their data: PyTorch's answers against onnxruntime's, on every way through them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { atenToOnnx } from '../../../../src/core/convert/aten-to-onnx/convert.ts';
import { convertOpset } from '../../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../../src/core/dialects/onnx/check.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { type DataType, isDataType } from '../../../../src/core/ir/dtype.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { foldConstants } from '../../../../src/core/passes/fold-constants.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import type { Problem } from '../../../../src/core/problems/problem.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';
import { captured, stored } from './support.ts';

interface Row {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
}

interface Case {
  readonly name: string;
  readonly code: string;
  readonly runs: readonly { readonly inputs: readonly Row[]; readonly outputs: readonly Row[] }[];
}

// Written by flow.py beside it: what PyTorch computes.
const cases = JSON.parse(readFileSync('test/fixtures/capture/flow.json', 'utf8')) as Case[];

/** The code of a free function as that of the root module. */
function asModule(code: string): string {
  const method = code.replace(/^def \w+\(/, 'def forward(self: __torch__.M, ').replace(/^/gm, '  ');
  return `class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n${method}`;
}

function typeOf({ dtype }: Row): DataType {
  if (!isDataType(dtype)) throw new Error(dtype);
  return dtype;
}

const isError = (problem: Problem) => problem.severity === 'error';

describe.each(cases.map((each) => [each.name.replaceAll('_', ' '), each] as const))('%s', (_, { code, runs }) => {
  test.each([22, 17, 13])('at opset %i', async (opset) => {
    const examples = (runs[0]?.inputs ?? []).map((each) => stored(typeOf(each), each.shape));
    const { model, problems } = captured({ code: asModule(code), inputs: examples });
    expect(problems.filter(isError)).toEqual([]);
    const converted = atenToOnnx(model);
    expect(converted.problems).toEqual([]);
    runPasses(converted.model, [foldConstants]);
    if (opset !== 22) expect(convertOpset(converted.model, opset).problems).toEqual([]);
    expect(checkOnnx(converted.model).filter(isError)).toEqual([]);
    const bytes = encodeOnnx(converted.model);
    const [names, outputs] = [converted.model.graph.inputs, converted.model.graph.outputs];
    for (const { inputs, outputs: wanted } of runs) {
      const given = inputs.map((each, k) => [names[k]?.name ?? '', tensorOf(each)] as const);
      const results = await runModel(bytes, new Map(given));
      const found = outputs.map((output) => rowOf(results.get(output.name ?? '')));
      expect(found).toEqual(wanted.map((each) => ({ ...each, data: each.data.map(Number) })));
    }
  });
});

function tensorOf(row: Row): Tensor {
  return Tensor.of(typeOf(row), row.shape, row.data.map(Number));
}

function rowOf(tensor: Tensor | undefined): Row | undefined {
  return tensor && { dtype: tensor.dtype, shape: tensor.shape, data: [...tensor.numbers()] };
}
