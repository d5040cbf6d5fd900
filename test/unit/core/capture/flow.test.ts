/** Programs whose course depends on their data: PyTorch's answers against onnxruntime's, on every way through them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { openTorchFile } from '../../../../src/core/formats/torch/open.ts';
import { FileBytes } from '../../../../src/core/ir/bytes.ts';
import { dtypeOf, expectRuns, type Run } from './running.ts';
import { captured, stored } from './support.ts';

interface Case {
  readonly name: string;
  readonly code: string;
  readonly runs: readonly Run[];
}

const FOLDER = 'test/fixtures/capture';

// Written by flow.py beside it: what PyTorch computes.
const cases = JSON.parse(readFileSync(`${FOLDER}/flow.json`, 'utf8')) as Case[];

/** The code of a free function as that of the root module. */
function asModule(code: string): string {
  const method = code.replace(/^def \w+\(/, 'def forward(self: __torch__.M, ').replace(/^/gm, '  ');
  return `class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n${method}`;
}

/** Before opset 14 nothing passes a sequence on from around a condition. */
const PASS_A_SEQUENCE = new Set(['a_list_that_grows_in_one_side_of_a_loop', 'a_list_that_is_one_of_two']);

describe.each(cases.map((each) => [each.name.replaceAll('_', ' '), each] as const))('%s', (_, { name, code, runs }) => {
  test.each([22, 17, PASS_A_SEQUENCE.has(name) ? 14 : 13])('at opset %i', async (opset) => {
    const examples = (runs[0]?.inputs ?? []).map((each) => stored(dtypeOf(each), each.shape));
    await expectRuns(captured({ code: asModule(code), inputs: examples }), opset, runs);
  });
});

// Written by modules.py and exported.py beside them.
describe.each(['modules', 'exported'])('%s', (folder) => {
  const all = JSON.parse(readFileSync(`${FOLDER}/${folder}/runs.json`, 'utf8')) as Record<string, Run[]>;
  test.each(readdirSync(`${FOLDER}/${folder}`).filter((name) => name.includes('.pt')))('%s', async (name) => {
    const file = new FileBytes(`${FOLDER}/${folder}/${name}`);
    const runs = all[name.replace(/\..*/, '')] ?? [];
    const inputs = (runs[0]?.inputs ?? []).map((each, key) => ({ key, dtype: dtypeOf(each), shape: each.shape }));
    const program = openTorchFile(file);
    if (program.kind === 'module') throw new Error(`${name} has no program`);
    await expectRuns(capture(program, { inputs, customOps: NO_CUSTOM_OPERATORS }), 17, runs);
    file.close();
  });
});
