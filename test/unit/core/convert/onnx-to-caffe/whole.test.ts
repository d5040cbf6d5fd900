/** Whole conversions, as the command line asks for them: what fusions make for layers alone never leaves them, and it is verified. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { convertModel } from '../../../../../src/core/pipeline.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../../src/core/reading.ts';
import { modelOf } from './support.ts';

async function converted(graph: string, target: string, simplify: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-whole-'));
  try {
    const input = join(folder, 'net.onnx');
    const model = modelOf(graph);
    // As exporters leave it: without the types of what is inside.
    for (const node of model.graph.nodes)
      for (const value of node.outputs) if (!value.isGraphOutput) value.type = undefined;
    writeFileSync(input, encodeOnnx(model));
    const output = join(folder, 'net.caffemodel');
    const options = { output, force: true, simplify, verify: true };
    const result = await convertModel({ input, reading: PLAIN_READING, target: { target }, ...options }, silent);
    const prototxt = readFileSync(join(folder, 'net.prototxt'), 'utf8');
    return { ...result, layers: [...prototxt.matchAll(/type: "(\w+)"/g)].map(([, type]) => type) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const SWISH = 'float[1,3,4,4] x, float[2,3,1,1] w => s = Sigmoid (x) z = Mul (x, s) t = Tanh (z) y = Conv (t, w)';

test.each([
  ['caffe:ncnn', true],
  ['caffe:bvlc', false],
] as const)('a Swish for %s', async (target, simplify) => {
  const { status, layers, verification } = await converted(SWISH, target, simplify);
  expect(status).toBe('done');
  expect(layers).toEqual(['Input', 'Swish', 'TanH', 'Convolution']);
  expect(verification?.relativeError).toBeLessThan(1e-6);
});

test('places that go out are whole numbers in single precision, and the same', async () => {
  const graph = 'float[1,5,4,4] x => y = ArgMax <axis = 1> (x)';
  const { status, verification, problems } = await converted(graph, 'caffe:bvlc', true);
  expect([status, problems]).toEqual(['done', []]);
  expect(verification?.relativeError).toBe(0);
});

test.each([
  ['of one number', 'w = ConstantOfShape <value = float[1] {0.25}> (sizes)'],
  ['of random ones, computed of as many', 'z = Abs (weight) w = Mul (z, z)'],
  // Simplification leaves what makes the file much larger; a layer has no other way to hold it.
  ['that are spread out', 'z = Unsqueeze (v, axes) w = Expand (z, sizes)'],
])('weights %s become those of a layer', async (_, made) => {
  const graph = `float[1,260,4,4] x, float[260,260,1,1] weight, float[260] v
    | int64[4] sizes = {260, 260, 1, 1}, int64[3] axes = {0, 2, 3}
    => ${made} y = Conv (x, w)`;
  const { status, layers, verification } = await converted(graph, 'caffe:bvlc', false);
  expect(status).toBe('done');
  expect(layers).toEqual(['Input', 'Convolution']);
  expect(verification?.relativeError).toBeLessThan(1e-5);
});
