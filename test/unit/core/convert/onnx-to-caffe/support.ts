/** Converts small graphs in ONNX text and runs both sides: onnxruntime, the reference interpreter, and OpenCV where it is meant. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type CaffeResult, onnxToCaffe } from '../../../../../src/core/convert/onnx-to-caffe/convert.ts';
import { inferOutputs, opsetContext } from '../../../../../src/core/dialects/onnx/infer.ts';
import { readCaffe } from '../../../../../src/core/formats/caffe/read.ts';
import { writeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { FileBytes } from '../../../../../src/core/ir/bytes.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { validateModel } from '../../../../../src/core/ir/validate.ts';
import { fusionsNamed } from '../../../../../src/core/passes/fusions/table.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import type { Problem } from '../../../../../src/core/problems/problem.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { compareOutputs, inSinglePrecision } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import type { CaffeBackend } from '../../../../../src/core/targets/caffe-backend.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { runOpenCv } from '../../runtime/caffe/opencv.ts';

/** Largest relative difference that rounding may make in nets of this size. */
const TOLERANCE = 2e-5;

/**
 * A model of one graph, as `float[1,3,8,8] x, float[4,3,3,3] w => y = Conv (x, w)`: what stands before the arrow are
 * inputs where the name starts with x, and random weights otherwise; `y...` are the outputs.
 */
export function modelOf(text: string): Model {
  const [signature = '', body = ''] = text.split('=>');
  const names = [...new Set(body.match(/\by\w*/g))];
  const [declared, fixed] = signature.split('|');
  const outputs = names.map((name) => `float ${name}`).join(', ');
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 22]>
     net (${declared}) => (${outputs}) ${fixed ? `<${fixed}>` : ''} { ${body} }`,
    'net.onnxtxt',
  );
  const { graph } = model;
  const random = randomInputs(graph, { seed: 5 });
  for (const input of [...graph.inputs]) {
    const name = input.name ?? '';
    const tensor = random.get(name);
    if (name.startsWith('x') || !tensor) continue;
    // Variances are positive.
    const values = name.startsWith('variance')
      ? tensor.numbers().map((each) => 0.5 + Math.abs(each))
      : tensor.numbers();
    graph.inputs.splice(graph.inputs.indexOf(input), 1);
    input.constant = Tensor.of('float32', tensor.shape, values);
    graph.initializers.add(input);
  }
  // The text declares outputs as scalars, for want of their sizes.
  for (const node of graph.nodes) {
    for (const output of node.outputs) output.type = undefined;
    inferOutputs(node, opsetContext(22));
  }
  return model;
}

/** As a conversion does it: first what the backend wants made of several operators. */
export function toCaffe(model: Model, backend: CaffeBackend): CaffeResult {
  runPasses(model, fusionsNamed(backend.fusions));
  return onnxToCaffe(model, backend);
}

export interface Converted {
  readonly prototxt: string;
  /** Types of the layers, inputs left out. */
  readonly layers: readonly string[];
}

interface Run {
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/** What onnxruntime makes of a graph: once for all backends. */
const runs = new Map<string, Promise<Run>>();

function ranByOnnxruntime(text: string): Promise<Run> {
  const found = runs.get(text);
  if (found) return found;
  const run = (async () => {
    const source = modelOf(text);
    const inputs = randomInputs(source.graph, { seed: 11 });
    return { inputs, outputs: inSinglePrecision(await runModel(encodeOnnx(source), inputs)) };
  })();
  runs.set(text, run);
  return run;
}

/** Converts, writes, reads back, and holds the outputs of every runtime against onnxruntime's. */
export async function runsTheSame(text: string, backendId: string): Promise<Converted> {
  const backend = caffeBackend(backendId);
  const { inputs, outputs: expected } = await ranByOnnxruntime(text);
  const { model, problems } = toCaffe(modelOf(text), backend);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  validateModel(model);
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-caffe-'));
  try {
    const paths = { caffemodel: join(folder, 'net.caffemodel'), prototxt: join(folder, 'net.prototxt') };
    await writeCaffe(model, backend, paths, { force: false, progress: silent });
    const file = new FileBytes(paths.caffemodel);
    const read = readCaffe(file, paths.prototxt, backend);
    const found = runCaffe(read, inputs);
    close(expected, found, 'the reference interpreter');
    if (backend.limits.unusedTops === 'outputs') expect(found.size).toBe(expected.size);
    file.close();
    const prototxt = readFileSync(paths.prototxt, 'utf8');
    if (backendId === 'opencv') {
      const files = { prototxt, caffemodel: new Uint8Array(readFileSync(paths.caffemodel)) };
      close(expected, await runOpenCv(files, inputs, [...expected.keys()]), 'OpenCV');
    }
    return { prototxt, layers: [...model.graph.nodes].map((node) => node.op) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function close(expected: ReadonlyMap<string, Tensor>, found: ReadonlyMap<string, Tensor>, runtime: string): void {
  const names = [...expected.keys()];
  // Tops that nobody reads are outputs of a network too; OpenCV's networks may have some.
  expect([...found.keys()], `outputs of ${runtime}`).toEqual(expect.arrayContaining(names));
  const same = new Map([...found].filter(([name]) => expected.has(name)));
  for (const { name, relative, reason } of compareOutputs(expected, same)) {
    expect(relative, `${name} in ${runtime} ${reason ?? ''}`).toBeLessThan(TOLERANCE);
  }
}

export function problemsOf(text: string, backendId: string): readonly Problem[] {
  return toCaffe(modelOf(text), caffeBackend(backendId)).problems;
}
