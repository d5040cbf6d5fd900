import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isDataType } from '../../../../src/core/ir/dtype.ts';
import { evaluate, type Numbers } from './evaluate.ts';
import { captured, stored } from './support.ts';

interface Case {
  readonly name: string;
  readonly code: string;
  readonly inputs: readonly (Numbers & { readonly dtype: string })[];
  readonly outputs: readonly (Numbers & { readonly dtype: string })[];
}

// Written by writes.py beside it: what PyTorch computes.
const cases = JSON.parse(readFileSync('test/fixtures/capture/writes.json', 'utf8')) as Case[];

/** The code of a free function as that of the root module. */
function asModule(code: string): string {
  const method = code.replace(/^def \w+\(/, 'def forward(self: __torch__.M, ').replace(/^/gm, '  ');
  return `class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n${method}`;
}

test.each(cases.map((each) => [each.name.replaceAll('_', ' '), each] as const))(
  '%s',
  (_, { code, inputs, outputs }) => {
    const { model, problems } = captured({
      code: asModule(code),
      inputs: inputs.map(({ shape }) => stored('float32', shape)),
    });
    expect(problems).toEqual([]);
    // No operator writes any more.
    for (const node of model.graph.nodes) expect(node.op).not.toMatch(/[^_]_$/);
    const results = evaluate(model, inputs);
    expect(results.map(({ shape, data }) => ({ shape, data }))).toEqual(
      outputs.map(({ shape, data }) => ({ shape, data })),
    );
    expect(model.graph.outputs.map((value) => value.dtype)).toEqual(
      outputs.map(({ dtype }) => (isDataType(dtype) ? dtype : undefined)),
    );
  },
);
