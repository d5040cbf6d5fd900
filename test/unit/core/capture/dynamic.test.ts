/** Programs whose sizes vary: PyTorch's answers against onnxruntime's, of one model at several sizes. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { openTorchFile } from '../../../../src/core/formats/torch/open.ts';
import { FileBytes } from '../../../../src/core/ir/bytes.ts';
import { Expression } from '../../../../src/core/ir/expression.ts';
import { dtypeOf, expectRuns, type Run } from './running.ts';
import { captured, forward, stored } from './support.ts';

interface Case {
  /** The names of the axes that vary, for each input. */
  readonly sizes: readonly (readonly (string | null)[])[];
  readonly runs: readonly Run[];
}

const FOLDER = 'test/fixtures/capture/dynamic';

// Written by dynamic.py beside them.
const cases = JSON.parse(readFileSync(`${FOLDER}/runs.json`, 'utf8')) as Record<string, Case>;

test.each(readdirSync(FOLDER).filter((name) => name.includes('.pt')))('%s', async (name) => {
  const found = cases[name.split('.')[0] ?? ''];
  const [example] = found?.runs ?? [];
  if (!found || !example) throw new Error(`${name} has no runs`);
  const file = new FileBytes(`${FOLDER}/${name}`);
  const program = openTorchFile(file);
  if (program.kind === 'module') throw new Error(`${name} has no program`);
  const inputs = example.inputs.map((each, key) => ({
    key,
    dtype: dtypeOf(each),
    shape: each.shape.map((size, axis) => {
      const symbol = found.sizes[key]?.[axis];
      return symbol ? Expression.symbol(symbol) : size;
    }),
  }));
  const result = capture(program, { inputs, customOps: NO_CUSTOM_OPERATORS });
  // Some hold within bounds alone, which test/unit/core/capture/exported.test.ts looks at.
  const others = result.problems.filter(({ code }) => code !== 'size-bounded');
  expect(others.map(({ message, origin }) => [message, origin[0]])).toEqual([]);
  expect(result.model.graph.inputs.map((input) => String(input.shape))).toEqual(
    inputs.map(({ shape }) => String(shape)),
  );
  await expectRuns(result, 17, found.runs);
  file.close();
});

const [batch, h] = ['batch', 'h'].map((name) => Expression.symbol(name));

/** The messages and lines of a trace of an input float32[1,4], whose sizes are given so. */
const refusals = (body: string, ...shape: (number | Expression | undefined)[]) =>
  captured(
    { code: forward('x: Tensor', body), inputs: [stored('float32', [1, 4])] },
    { inputs: [{ key: 0, dtype: 'float32', shape }] },
  ).problems.map(({ code, message, origin }) => [code, message, origin[0]?.line]);

test('a trace whose number stands for a size says so at its line', () => {
  const [[code, message, line] = []] = refusals('y = torch.relu(x)\nreturn torch.view(y, [2, 2])', batch, 4);
  expect([code, line]).toEqual(['shape-unknown', 6]);
  expect(message).toContain('4*batch elements must fit the shape [2, 2]');
  expect(message).toContain('torch.export.export');
});

test('a trace whose number would quietly stand for a size of its example is refused', () => {
  const [[code, message] = []] = refusals('return torch.view(x, [1, -1])', batch, 4);
  expect(code).toBe('shape-unknown');
  expect(message).toContain('it gives 1 for batch, which was 1 in the example');
  expect(refusals('return torch.view(x, [-1, 1])', batch, 4)).toEqual([]);
});

test('a table of numbers meets no open size', () => {
  const [[code, message] = []] = refusals('return torch.add(x, torch.arange(4))', 1, h);
  expect(code).toBe('shape-unknown');
  expect(message).toContain('broadcast only where');
});
