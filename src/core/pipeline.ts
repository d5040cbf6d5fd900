/**
 * The whole way of the data: a file is opened, its graph converted, passed and adapted, written and proven. What only some
 * conversions need is imported where they need it, so that it costs the others nothing.
 */
import { PIVOT_OPSET } from './convert/pivot.ts';
import type { CustomOperators } from './custom/definition.ts';
import { addCustomFunctions } from './custom/functions.ts';
import { declareInputs } from './declare-inputs.ts';
import { checkOnnx } from './dialects/onnx/check.ts';
import { InputError } from './ir/errors.ts';
import type { Model } from './ir/model.ts';
import { makeLean } from './lean.ts';
import { type OpenedModel, openModel } from './open.ts';
import type { PassSummary } from './passes/records.ts';
import { acceptable } from './problems/accept.ts';
import type { Problem } from './problems/problem.ts';
import type { Progress } from './progress.ts';
import { PLAIN_READING, type Reading } from './reading.ts';
import type { ConvertRequest, ConvertResult, Simplified, Verification } from './request.ts';
import { Rewriting, type Wishes } from './rewriting.ts';
import type { CaffeBackend } from './targets/caffe-backend.ts';
import { ONNX_TARGET } from './targets/onnx.ts';
import type { CaffeTarget, OnnxTarget, Target, TargetRequest } from './targets/target.ts';
import { outputFiles, writeResult } from './write.ts';

/** Converts a file. What the target cannot take exactly is in the result; bad input throws InputError. */
export async function convertModel(request: ConvertRequest, progress: Progress): Promise<ConvertResult> {
  const started = process.uptime();
  const target = await targetOf(request.target.target, request.input);
  const files = outputFiles(request, target);
  const opened = await openModel(request.input, request.reading, progress);
  try {
    const { model, problems, passes, simplified } = await lower(
      opened,
      target,
      request.target.opset,
      request,
      progress,
    );
    const told = { problems, passes, ...(simplified && { simplified }) };
    if (problems.some(isError)) return { status: 'refused', output: [], ...told, seconds: since(started) };
    await progress.step('Writing the model');
    if (request.simplify && !request.annotate && target.kind === 'onnx') makeLean(model);
    const output = await writeResult(model, target, files, request.force, progress);
    const verification = request.verify ? await prove(opened, target, output, progress) : undefined;
    return { status: 'done', output, ...told, ...(verification && { verification }), seconds: since(started) };
  } finally {
    opened.close();
  }
}

/**
 * The model as a conversion had it after so many steps of its optional passes (0: before the first). The file is opened
 * and rewritten once more; close the model when done. Throws InputError where the file no longer gets that far.
 */
export async function modelAfterSteps(
  request: ConvertRequest,
  steps: number,
  progress: Progress,
): Promise<OpenedModel> {
  const opened = await openModel(request.input, request.reading, progress);
  try {
    await progress.step('Converting the operators');
    const { model, problems } = await toOnnx(opened);
    const target = await targetOf(request.target.target, request.input);
    const rewriting = new Rewriting(request, opened.custom, target, steps);
    if (!problems.some(isError)) await adapt(opened, model, target, request.target.opset, rewriting);
    if (!rewriting.reached) {
      const next = 'Convert it again.';
      throw new InputError('file-changed', 'the model has changed since it was converted', { file: opened.path }, next);
    }
    return { ...opened, model };
  } catch (error) {
    opened.close();
    throw error;
  }
}

/**
 * What each pass of a conversion did, with the records of each application: it is made once more up to its file, which is not
 * written, since the texts of nodes cost as much as half the conversion. Throws InputError as a conversion does.
 */
export async function conversionRecords(request: ConvertRequest, progress: Progress): Promise<readonly PassSummary[]> {
  const opened = await openModel(request.input, request.reading, progress);
  try {
    const target = await targetOf(request.target.target, request.input);
    return (await lower(opened, target, request.target.opset, { ...request, explain: true }, progress)).passes;
  } finally {
    opened.close();
  }
}

/**
 * What simplification on the way to a target does to one node, named as `why` of a request names it, and which rules nearly
 * fit there. Undefined where the model does not get that far. Nothing is written.
 */
export async function explainNode(
  input: string,
  reading: Reading,
  request: TargetRequest,
  node: string,
  progress: Progress,
): Promise<Simplified['why']> {
  const opened = await openModel(input, reading, progress);
  try {
    const wishes = { simplify: true, why: node };
    const { simplified } = await lower(
      opened,
      await targetOf(request.target, opened.path),
      request.opset,
      wishes,
      progress,
    );
    return simplified?.why;
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
  const invalid =
    model.dialect === 'onnx' ? checkOnnx(model, { ...(told && { told }), types: !opened.problems.some(isError) }) : [];
  const found = [...opened.problems, ...invalid];
  if (!request || (model.dialect === 'onnx' && found.some(isError))) return found;
  // Lowering changes an ONNX model and a Caffe network, so the file is opened once more for it.
  const copy = opened.model.dialect !== 'aten' ? await openModel(opened.path, opened.reading, progress) : opened;
  try {
    return (await lower(copy, await targetOf(request.target, opened.path), request.opset, NO_WISHES, progress))
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
  request: TargetRequest,
  progress: Progress,
): Promise<readonly Problem[]> {
  const given = { model, custom, problems: [], reading: PLAIN_READING };
  return (await lower(given, await targetOf(request.target, model.file), request.opset, NO_WISHES, progress)).problems;
}

/** What lowering asks of a model. */
type Given = Pick<OpenedModel, 'model' | 'custom' | 'problems' | 'reading'>;

/** A graph in the target's dialect, and what was done and found on the way. */
interface Lowered {
  readonly model: Model;
  readonly problems: readonly Problem[];
  readonly passes: readonly PassSummary[];
  readonly simplified?: Simplified;
}

async function lower(
  opened: Given,
  target: Target,
  opset: number | undefined,
  wishes: Wishes,
  progress: Progress,
): Promise<Lowered> {
  await progress.step('Converting the operators');
  if (opened.model.dialect === 'caffe' && target.kind === 'caffe') return toOtherCaffe(opened, target, wishes);
  const { model, problems: found } = await toOnnx(opened);
  // A node that could not be read is told once.
  const told = new Set(opened.problems.map((problem) => problem.node?.name));
  const noWeights = opened.problems.some(({ code }) => code === 'weights-missing');
  const news = found.filter(({ node, code }) => {
    return (!node || !told.has(node.name)) && !(noWeights && code === 'blobs-missing');
  });
  const problems = [...opened.problems, ...acceptable(news, opened.reading.accept)];
  // A graph with holes is not taken further: its own problems explain whatever would follow.
  if (problems.some(isError)) return { model, problems, passes: [] };
  await progress.step(`Adapting to ${target.title}`);
  const rewriting = new Rewriting(wishes, opened.custom, target);
  const result = await adapt(opened, model, target, opset, rewriting);
  return {
    model: result.model,
    problems: [...problems, ...rewriting.problems, ...acceptable(result.problems, opened.reading.accept)],
    passes: rewriting.summaries(),
    ...rewriting.tell(),
  };
}

/**
 * Takes a graph to its target and runs the passes on the way. ONNX is simplified at the opset of the result; what becomes
 * layers is simplified before.
 */
async function adapt(
  opened: Given,
  model: Model,
  target: Target,
  opset: number | undefined,
  rewriting: Rewriting,
): Promise<Adapted> {
  // A graph that was made here is what its types say; a file may say what is not so.
  const doubts = opened.model === model;
  if (!doubts || target.kind === 'caffe') rewriting.fold(model);
  if (target.kind === 'caffe') rewriting.simplify(model, doubts);
  if (rewriting.reached) return { model, problems: [] };
  if (target.kind === 'caffe') return toCaffe(model, target, rewriting);
  const result = await toOpset(model, opened, target, opset, rewriting);
  if (!acceptable(result.problems, opened.reading.accept).some(isError)) rewriting.simplify(result.model, doubts);
  return result;
}

/** A graph at its target, or where its rewriting was to end. */
interface Adapted {
  readonly model: Model;
  readonly problems: readonly Problem[];
}

const NO_WISHES: Wishes = { simplify: false };

/** The middle: an ONNX graph, at the pivot opset where it was made from another dialect. */
async function toOnnx({ model, custom, reading }: Given): Promise<{ model: Model; problems: readonly Problem[] }> {
  switch (model.dialect) {
    case 'onnx':
      return { model, problems: [] };
    case 'aten': {
      const { atenToOnnx } = await import('./convert/aten-to-onnx/convert.ts');
      const made = atenToOnnx(model, { customOps: custom });
      addCustomFunctions(made.model, custom);
      return made;
    }
    case 'caffe': {
      const { caffeToOnnx } = await import('./convert/caffe-to-onnx/convert.ts');
      declareInputs(model, reading.inputs);
      const made = caffeToOnnx(model, await dialectOf(model), custom);
      addCustomFunctions(made.model, custom);
      return made;
    }
  }
}

async function toOpset(
  model: Model,
  opened: Given,
  target: OnnxTarget,
  wanted: number | undefined,
  rewriting: Rewriting,
): Promise<Adapted> {
  const own = opened.model === model ? model.opsetImports.get('') : undefined;
  const opset = wanted ?? own ?? target.opsets.usual;
  const { lowest, highest } = target.opsets;
  // A model that stays at its own opset is not touched, whatever that opset is.
  if (opset === own) return { model, problems: [] };
  if (opset < lowest || opset > highest) {
    const next = `Choose one from ${lowest} to ${highest}.`;
    throw new InputError('bad-argument', `opset ${opset} cannot be written`, undefined, next);
  }
  return { model, problems: await rewriting.toOpset(model, opset) };
}

/** Dialect to dialect: the layers stay what they are. */
async function toOtherCaffe({ model, problems }: Given, target: CaffeTarget, { simplify }: Wishes): Promise<Lowered> {
  if (simplify) {
    const next = 'Leave --simplify out.';
    throw new InputError('bad-argument', 'Caffe models are not simplified', { file: model.file ?? 'the model' }, next);
  }
  const { transcode } = await import('./convert/caffe-to-caffe/transcode.ts');
  // Of a layer that was read with errors no more is said.
  const told = new Set(problems.filter(isError).map((problem) => problem.node?.name));
  const found = transcode(model, await dialectOf(model), target.backend);
  const further = found.filter(({ node }) => !node || !told.has(node.name));
  return { model, problems: [...problems, ...further], passes: [] };
}

/** The backend of the dialect that a Caffe network was read as. */
async function dialectOf({ metadata, file }: Model): Promise<CaffeBackend> {
  const { backendOf } = await import('./targets/table.ts');
  return backendOf(metadata.get('caffe.dialect') ?? 'bvlc', file);
}

/** The target of that id for a model. Frameworks of Caffe are loaded for those that ask for one. */
async function targetOf(id: string, model: string | undefined): Promise<Target> {
  if (id === ONNX_TARGET.id) return ONNX_TARGET;
  const table = await import('./targets/table.ts');
  return table.targetOf(id, model);
}

async function toCaffe(model: Model, target: CaffeTarget, rewriting: Rewriting): Promise<Adapted> {
  const { fixDefaults } = await import('./convert/onnx-to-caffe/defaults.ts');
  const { onnxToCaffe } = await import('./convert/onnx-to-caffe/convert.ts');
  const found = await rewriting.toOpset(model, PIVOT_OPSET);
  if (found.some(isError) || rewriting.reached) return { model, problems: found };
  const fixed = fixDefaults(model, target.title);
  rewriting.fuse(model, target.fusions);
  if (rewriting.reached) return { model, problems: fixed };
  const { model: made, problems } = onnxToCaffe(model, target.backend);
  return { model: made, problems: [...fixed, ...problems] };
}

/** Runs the written model against the graph that it came from. */
async function prove(
  opened: OpenedModel,
  target: Target,
  output: readonly string[],
  progress: Progress,
): Promise<Verification> {
  await progress.step('Running both sides');
  const { caffeSide, graphSide, resultSide, verify } = await import('./verify.ts');
  // The opened graph may have been changed on the way: the source is read once more.
  const again = await openModel(opened.path, opened.reading, progress);
  try {
    const isCaffe = again.model.dialect === 'caffe';
    const { model } = isCaffe ? again : await toOnnx(again);
    const outputs = model.graph.outputs.map((value) => value.name ?? '');
    if (again.model === model) declareInputs(model, opened.reading.inputs);
    return await verify(
      model,
      isCaffe
        ? caffeSide('the source network in the reference interpreter of Caffe', model, (await dialectOf(model)).base)
        : graphSide('the source graph in onnxruntime', model),
      resultSide(target, output, outputs),
      VERIFY_SEED,
    );
  } finally {
    again.close();
  }
}

/** One seed, so that a verification can be repeated. */
const VERIFY_SEED = 1;

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

/** Seconds. The first use of `performance` would cost some milliseconds. */
function since(started: number): number {
  return process.uptime() - started;
}
