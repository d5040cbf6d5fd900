/** A run of passes can be made again up to any of its steps: that is how a step is shown in the graph. */
import { expect, test } from 'vitest';
import { nodeText } from '../../../../src/core/formats/onnxtxt/node-text.ts';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import { validateModel } from '../../../../src/core/ir/validate.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { SIMPLIFICATION } from '../../../../src/core/passes/simplification.ts';

const TEXT = `
<ir_version: 8, opset_import: ["" : 17]>
g (float[1, 2, 4, 4] x) => (float[1, 2, 4, 4] y, float[8, 4] z)
<
  float[2, 2, 1, 1] w = {1, 2, 3, 4}, float[2] b = {1, 2}, float[2] scale = {1, 2}, float[2] shift = {0, 1},
  float[2] mean = {0, 0}, float[2] variance = {1, 1}, int64[1] eight = {8}, int64[1] four = {4}
>
{
  [conv] c = Conv (x, w, b)
  [norm] n = BatchNormalization (c, scale, shift, mean, variance)
  [same] s = Identity (n)
  [relu] y = Relu (s)
  [sizes] sizes = Concat <axis: int = 0> (eight, four)
  [flat] z = Reshape (y, sizes)
}
`;

const run = (upTo?: number) => {
  const model = parseModel(TEXT, 'steps.onnxtxt');
  const result = runPasses(model, SIMPLIFICATION, {
    detail: 'text',
    untilStable: true,
    ...(upTo !== undefined && { upTo }),
  });
  const names = new Set([...model.graph.allNodes()].flatMap((node) => [node.name, ...node.outputs.map((v) => v.name)]));
  return { model, ...result, names, text: [...model.graph.nodes].map(nodeText).join('\n') };
};

test('each step is met again: what it changed is there before it, and what it made is there after it', () => {
  const whole = run();
  expect(whole.records.length).toBeGreaterThan(1);
  expect(whole.records.map(({ step }) => step)).toEqual(whole.records.map((_, k) => k + 1));
  for (const { step = 0, found } of whole.records) {
    const before = run(step - 1);
    const after = run(step);
    validateModel(before.model);
    validateModel(after.model);
    expect(after.records).toEqual(whole.records.slice(0, step));
    // Constants are no nodes, and have no name there.
    for (const name of found?.before ?? []) if (name) expect(before.names).toContain(name);
    for (const name of [...(found?.after ?? []), ...(found?.near ?? [])]) if (name) expect(after.names).toContain(name);
    expect(after.text).not.toBe(before.text);
  }
  expect(run(whole.records.length).text).toBe(whole.text);
  expect(run(0).records).toEqual([]);
});
