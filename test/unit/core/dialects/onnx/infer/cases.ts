/** Cases of type inference: nodes as ONNX text beside the types that they give. */
import { describe, expect, test } from 'vitest';
import { inferModel } from '../../../../../../src/core/dialects/onnx/infer.ts';
import { parseModel } from '../../../../../../src/core/formats/onnxtxt/parse.ts';
import { typeText } from '../../../../../../src/core/ir/type.ts';

export interface Inferred {
  readonly types: string;
  readonly problems: readonly string[];
}

const IMPORTS = ['ai.onnx.ml', 'ai.onnx.preview', 'ai.onnx.preview.training', 'acme']
  .map((domain) => `"${domain}" : ${domain === 'ai.onnx.ml' ? 5 : 1}, `)
  .join('');

/**
 * The types of the outputs y and z of a graph; `opset` is 22 where the case is not about another. `more` are functions
 * of the model.
 */
export function inferred(inputs: string, body: string, opset = 22, more = ''): Inferred {
  const outputs = ['y', 'z'].filter((name) => new RegExp(`\\b${name}\\b[^=\n]*=[^=]`).test(body));
  const declared = outputs.map((name) => `float ${name}`).join(', ');
  const text = `<ir_version: 10, opset_import: [${IMPORTS}"" : ${opset}]> g (${inputs}) => (${declared}) {\n${body}\n}\n${more}`;
  const model = parseModel(text, 'case.onnxtxt');
  for (const node of model.graph.nodes) for (const value of node.outputs) value.type = undefined;
  const problems = inferModel(model).map((problem) => problem.message);
  return { types: model.graph.outputs.map((value) => typeText(value.type)).join('; '), problems };
}

/** Rows: inputs, nodes, types, and the opset where it matters. */
export type Row = readonly [inputs: string, body: string, types: string, opset?: number];

/** One test a row. */
export function table(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    for (const [inputs, body, types, opset] of rows) {
      test(`${inputs}: ${body}`, () => {
        expect(inferred(inputs, body, opset)).toEqual({ types, problems: [] });
      });
    }
  });
}

/** Inputs, nodes, a part of the one problem that they have, and the opset where it matters. */
export type Clash = readonly [inputs: string, body: string, message: string, opset?: number];

/** One test a row: what contradicts is said once, and says what it is about. */
export function clashes(title: string, rows: readonly Clash[]): void {
  describe(title, () => {
    for (const [inputs, body, message, opset] of rows) {
      test(`${inputs}: ${body}`, () => {
        const { problems } = inferred(inputs, body, opset);
        expect(problems).toHaveLength(1);
        expect(problems[0]).toContain(message);
      });
    }
  });
}
