/**
 * Networks of a few lines of prototxt, converted to ONNX: what onnxruntime makes of the result is held against the reference
 * interpreter, OpenCV, and numbers that were computed by hand.
 */
import { expect } from 'vitest';
import { transcode } from '../../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import { type CaffeToOnnxResult, caffeToOnnx } from '../../../../../src/core/convert/caffe-to-onnx/convert.ts';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { validateModel } from '../../../../../src/core/ir/validate.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { compareOutputs } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { readText } from '../../formats/caffe/support.ts';
import { runOpenCv } from '../../runtime/caffe/opencv.ts';

/** Largest relative difference that rounding may make in nets of this size. */
const TOLERANCE = 2e-5;

/** Reads a network and converts it. Throws where reading finds problems that are errors. */
export function converted(net: readonly string[], dialect = 'bvlc'): CaffeToOnnxResult {
  return caffeToOnnx(networkOf(net, dialect), caffeBackend(dialect));
}

export function networkOf(net: readonly string[], dialect = 'bvlc'): Model {
  const { model, problems } = readText(net.join('\n'), { dialect });
  expect(problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  return model;
}

/** The problems of a conversion, as `code: message`. */
export function problemsOf(net: readonly string[], dialect = 'bvlc'): string[] {
  return converted(net, dialect).problems.map(({ code, message }) => `${code}: ${message}`);
}

/** Operators of the result, in order. */
export function operatorsOf({ model }: CaffeToOnnxResult): string[] {
  return [...model.graph.nodes].map((node) => node.operator);
}

export interface Expectation {
  readonly dialect?: string;
  /** Inputs by name, where random ones are not meant. */
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  /** What the outputs are, by hand; by name. */
  readonly gives?: Readonly<Record<string, readonly number[]>>;
  /** Whether the reference interpreter runs it too (it does, but where it is told not to). */
  readonly interpreter?: boolean;
  /** The opset that it is taken to before it runs: onnxruntime has not every operator of the pivot's. */
  readonly opset?: number;
  /** What makes the random inputs. */
  readonly seed?: number;
  /** Whether OpenCV runs it too, and is held to the same numbers. */
  readonly opencv?: boolean;
}

export interface Agreed extends CaffeToOnnxResult {
  /** What onnxruntime made of it. */
  readonly found: ReadonlyMap<string, Tensor>;
}

/** Converts a network and holds what onnxruntime makes of it against everybody who is asked. Returns the result. */
export async function agrees(net: readonly string[], expectation: Expectation = {}): Promise<Agreed> {
  const { dialect = 'bvlc', gives, interpreter = true, opencv = false } = expectation;
  const result = converted(net, dialect);
  // That a framework does not read a field is told, and changes nothing.
  expect(result.problems.filter(({ code }) => code !== 'parameter-unread').map(({ message }) => message)).toEqual([]);
  validateModel(result.model);
  expect(checkOnnx(result.model).map(({ message }) => message)).toEqual([]);
  if (expectation.opset !== undefined) {
    const { problems } = convertOpset(result.model, expectation.opset);
    expect(problems.map(({ message }) => message)).toEqual([]);
  }
  const source = networkOf(net, dialect);
  const inputs = inputsOf(source, expectation);
  const found = await runModel(encodeOnnx(result.model), inputs);
  expect([...found.keys()]).toEqual(source.graph.outputs.map(({ name }) => name));
  for (const [name, numbers] of Object.entries(gives ?? {})) {
    const tensor = found.get(name);
    close(new Map([[name, Tensor.of('float32', tensor?.shape ?? [], numbers)]]), found, 'by hand');
  }
  if (interpreter) close(runCaffe(source, inputs), found, 'the reference interpreter');
  if (opencv) close(await inOpenCv(net, dialect, inputs), found, 'OpenCV');
  return { ...result, found };
}

function inputsOf({ graph }: Model, { inputs, seed = 11 }: Expectation): Map<string, Tensor> {
  const random = randomInputs(graph, { seed });
  return new Map(
    [...random].map(([name, tensor]) => {
      const given = inputs?.[name];
      return [name, given ? Tensor.of('float32', tensor.shape, given) : tensor];
    }),
  );
}

async function inOpenCv(net: readonly string[], dialect: string, inputs: ReadonlyMap<string, Tensor>) {
  const model = networkOf(net, dialect);
  const opencv = caffeBackend('opencv');
  expect(transcode(model, caffeBackend(dialect), opencv).map(({ message }) => message)).toEqual([]);
  const outputs = model.graph.outputs.map(({ name = '' }) => name);
  return runOpenCv(encodeCaffe(model, opencv), inputs, outputs);
}

function close(expected: ReadonlyMap<string, Tensor>, found: ReadonlyMap<string, Tensor>, who: string): void {
  const same = new Map([...found].filter(([name]) => expected.has(name)));
  for (const { name, relative, reason } of compareOutputs(expected, same)) {
    expect(relative, `${name} of ${who} ${reason ?? ''}`).toBeLessThan(TOLERANCE);
  }
}
