/**
 * The whole way of the data: a file is opened, lowered to its target, written and proven; or it is checked, and not written.
 */
import type { CustomOperators } from './custom/definition.ts';
import { declareInputs } from './declare-inputs.ts';
import type { Model } from './ir/model.ts';
import { makeLean } from './lean.ts';
import { dialectOf, isError, lower, targetOf, toOnnx } from './lowering.ts';
import { type OpenedModel, openModel } from './open.ts';
import type { Problem } from './problems/problem.ts';
import type { Progress } from './progress.ts';
import type { ConvertRequest, ConvertResult } from './request.ts';
import { type Wishes, wishesOf } from './rewriting.ts';
import type { Target, TargetRequest } from './targets/target.ts';
import { readingFor, type TextTarget } from './text-target.ts';
import { outputFiles, writeResult } from './write.ts';

/** Converts a file. What the target cannot take exactly is in the result; bad input throws InputError. */
export async function convertModel(request: ConvertRequest, progress: Progress): Promise<ConvertResult> {
  const started = process.uptime();
  const target = await targetOf(request.target.target, request.input);
  const files = outputFiles(request, target);
  const opened = await openModel(request.input, request.reading, progress);
  try {
    const { opset } = request.target;
    const { model, problems, passes, simplified } = await lower(opened, target, opset, wishesOf(request), progress);
    const told = { problems, passes, ...(simplified && { simplified }) };
    if (problems.some(isError)) return { status: 'refused', output: [], ...told, seconds: since(started) };
    await progress.step('Writing the model');
    if (request.simplify && !request.annotate && target.kind === 'onnx') makeLean(model);
    const output = await writeResult(model, target, files, request.force, progress);
    const proof = request.verify ? await prove(opened, target, output, request.python, progress) : {};
    return { status: 'done', output, ...told, ...proof, seconds: since(started) };
  } finally {
    opened.close();
  }
}

/**
 * Every problem that a target has with a model, and what is wrong with the model itself; without a target, the latter
 * alone. `opened` may be a file that `openToCheck` has opened.
 */
export async function checkModel(
  opened: OpenedModel,
  request: TargetRequest | undefined,
  progress: Progress,
): Promise<readonly Problem[]> {
  const { model, told } = opened;
  const found = [...opened.problems];
  if (model.dialect === 'onnx') {
    const { checkOnnx } = await import('./dialects/onnx/check.ts');
    found.push(...checkOnnx(model, { ...(told && { told }), types: !opened.problems.some(isError) }));
  }
  if (!request || (model.dialect === 'onnx' && found.some(isError))) return found;
  // Lowering changes an ONNX model and a Caffe network, so the file is opened once more for it.
  const copy = opened.model.dialect !== 'aten' ? await openModel(opened.path, opened.reading, progress) : opened;
  try {
    return (await lower(copy, await targetOf(request.target, opened.path), request.opset, onTheWay(request), progress))
      .problems;
  } finally {
    if (copy !== opened) copy.close();
  }
}

/**
 * Every problem that a target has with a valid ONNX model that is at hand, such as the text of an editor. The model is
 * changed on the way.
 */
export async function targetProblems(
  model: Model,
  custom: CustomOperators,
  request: TextTarget,
  progress: Progress,
): Promise<readonly Problem[]> {
  const given = { model, custom, problems: [], reading: readingFor(request) };
  return (await lower(given, await targetOf(request.target, model.file), request.opset, onTheWay(request), progress))
    .problems;
}

/** Nothing but the way to the target. */
function onTheWay({ mlOpset }: TargetRequest): Wishes {
  return { simplify: false, mlOpset };
}

/** Runs the written model against the graph that it came from. */
async function prove(
  opened: OpenedModel,
  target: Target,
  output: readonly string[],
  python: string | undefined,
  progress: Progress,
): Promise<Pick<ConvertResult, 'verification' | 'unverified'>> {
  await progress.step('Running both sides');
  const { caffeSide, graphSide, resultSide, runningBy, unverifiedBy, verify } = await import('./verify.ts');
  const options = runningBy(python, progress);
  // The opened graph may have been changed on the way: the source is read once more.
  const again = await openModel(opened.path, opened.reading, progress);
  try {
    const isCaffe = again.model.dialect === 'caffe';
    const { model } = isCaffe ? again : await toOnnx(again);
    const outputs = model.graph.outputs.map((value) => value.name ?? '');
    if (again.model === model) declareInputs(model, opened.reading.inputs);
    const source = isCaffe
      ? caffeSide('the source network in the reference interpreter of Caffe', model, (await dialectOf(model)).base)
      : graphSide('the source graph in onnxruntime', model, options);
    return { verification: await verify(model, source, resultSide(target, output, outputs, options), VERIFY_SEED) };
  } catch (error) {
    // The result is written: that it is not proven is told beside it.
    return { unverified: unverifiedBy(error) };
  } finally {
    again.close();
  }
}

/** One seed, so that a verification can be repeated. */
const VERIFY_SEED = 1;

/** Seconds. The first use of `performance` would cost some milliseconds. */
function since(started: number): number {
  return process.uptime() - started;
}
