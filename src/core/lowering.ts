/**
 * From the graph of a file to one at its target: by way of ONNX, or within Caffe; passed, fused and adapted. What only some
 * conversions need is imported where they need it, so that it costs the others nothing.
 */
import { PIVOT_OPSET } from './convert/pivot.ts';
import type { CustomOperators } from './custom/definition.ts';
import { declareInputs } from './declare-inputs.ts';
import { InputError } from './ir/errors.ts';
import type { Model } from './ir/model.ts';
import type { OpenedModel } from './open.ts';
import type { PassSummary } from './passes/records.ts';
import { acceptable } from './problems/accept.ts';
import type { Problem } from './problems/problem.ts';
import type { Progress } from './progress.ts';
import type { Simplified } from './request.ts';
import { Rewriting, type Wishes } from './rewriting.ts';
import type { CaffeBackend } from './targets/caffe-backend.ts';
import { ONNX_TARGET } from './targets/onnx.ts';
import type { CaffeTarget, OnnxTarget, Target } from './targets/target.ts';

/** What lowering asks of a model. It changes an ONNX model and a Caffe network. */
export type Given = Pick<OpenedModel, 'model' | 'custom' | 'problems' | 'reading'> & {
  /** The ONNX graph of a model of another dialect, where it is made already: it is changed then. */
  readonly middle?: Middle;
};

/** An ONNX graph on the way to a target, and what could not be said in it. */
export interface Middle {
  readonly model: Model;
  readonly problems: readonly Problem[];
}

/** A graph in the target's dialect, and what was done and found on the way. */
export interface Lowered {
  readonly model: Model;
  readonly problems: readonly Problem[];
  readonly passes: readonly PassSummary[];
  readonly simplified?: Simplified;
}

export async function lower(
  opened: Given,
  target: Target,
  opset: number | undefined,
  wishes: Wishes,
  progress: Progress,
): Promise<Lowered> {
  await progress.step('Converting the operators');
  if (opened.model.dialect === 'caffe' && target.kind === 'caffe') return toOtherCaffe(opened, target, wishes);
  const { model, problems: found } = opened.middle ?? (await toOnnx(opened));
  const problems = [...opened.problems, ...acceptable(newsOf(opened.problems, found), opened.reading.accept)];
  // A graph with holes is not taken further: its own problems explain whatever would follow.
  if (problems.some(isError)) return { model, problems, passes: [] };
  await progress.step(`Adapting to ${target.title}`);
  const rewriting = new Rewriting(wishes, opened.custom, target);
  const result = await adapt(opened, model, target, opset, rewriting);
  const untaken = await untakenBy(target, result);
  return {
    model: result.model,
    problems: [...problems, ...rewriting.problems, ...acceptable(result.problems, opened.reading.accept), ...untaken],
    passes: rewriting.summaries(),
    ...rewriting.tell(),
  };
}

/** Of problems those that reading has not told already: a node that could not be read is told once. */
export function newsOf(told: readonly Problem[], found: readonly Problem[]): readonly Problem[] {
  const names = new Set(told.map((problem) => problem.node?.name));
  const noWeights = told.some(({ code }) => code === 'weights-missing');
  return found.filter(({ node, code }) => {
    return (!node || !names.has(node.name)) && !(noWeights && code === 'blobs-missing');
  });
}

/**
 * Takes a graph to its target and runs the passes on the way. ONNX is simplified at the opset of the result; what becomes
 * layers is simplified before.
 */
export async function adapt(
  opened: Given,
  model: Model,
  target: Target,
  opset: number | undefined,
  rewriting: Rewriting,
): Promise<Adapted> {
  // A graph that was made here is what its types say; a file may say what is not so.
  const doubts = opened.model === model;
  if (target.kind === 'caffe') {
    rewriting.foldAll(model, doubts);
    await rewriting.simplify(model, doubts);
  } else if (!doubts) rewriting.fold(model);
  if (rewriting.reached) return { model, problems: [] };
  if (target.kind === 'caffe') return toCaffe(model, target, rewriting);
  const result = await toOpset(model, opened, target, opset, rewriting);
  if (!acceptable(result.problems, opened.reading.accept).some(isError)) await rewriting.simplify(result.model, doubts);
  return result;
}

/** What a target's profile does not take of the result. */
async function untakenBy(target: Target, { model, problems }: Adapted): Promise<readonly Problem[]> {
  const profile = target.kind === 'onnx' ? target.profile : undefined;
  if (!profile) return [];
  const { profileProblems } = await import('./profile-problems.ts');
  return profileProblems(model, profile, problems);
}

/** A graph at its target, or where its rewriting was to end. */
interface Adapted {
  readonly model: Model;
  readonly problems: readonly Problem[];
}

/** The middle: an ONNX graph, at the pivot opset where it was made from another dialect. */
export async function toOnnx({ model, custom, reading }: Given): Promise<Middle> {
  switch (model.dialect) {
    case 'onnx':
      return { model, problems: [] };
    case 'aten': {
      const { atenToOnnx } = await import('./convert/aten-to-onnx/convert.ts');
      const made = atenToOnnx(model, { customOps: custom });
      return withFunctions(made, custom);
    }
    case 'caffe': {
      const { caffeToOnnx } = await import('./convert/caffe-to-onnx/convert.ts');
      declareInputs(model, reading.inputs);
      const made = caffeToOnnx(model, await dialectOf(model), custom);
      return withFunctions(made, custom);
    }
  }
}

/** With the bodies of the custom operators that it uses. */
async function withFunctions(made: Middle, custom: CustomOperators): Promise<Middle> {
  if (custom.all.length > 0) {
    const { addCustomFunctions } = await import('./custom/functions.ts');
    addCustomFunctions(made.model, custom);
  }
  return made;
}

async function toOpset(
  model: Model,
  opened: Given,
  target: OnnxTarget,
  wanted: number | undefined,
  rewriting: Rewriting,
): Promise<Adapted> {
  const own = opened.model === model ? (model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx')) : undefined;
  // A file whose operators are all of other domains has no opset that could be kept.
  const isWithout = own === undefined && opened.model === model && model.opsetImports.size > 0;
  if (isWithout && wanted === undefined && !target.profile && !rewriting.asksForMl) return { model, problems: [] };
  const opset = wanted ?? (await opsetFor(model, own, target));
  // A model that stays at its own opset is not touched, whatever that opset is.
  const stays = opset === own && opset === nearestIn(target, own) && !rewriting.asksForMl;
  if (stays && (wanted === undefined || functionsAgree(model, opset))) return { model, problems: [] };
  const { lowest, highest } = writable(target);
  if (lowest > highest) {
    const message = `${target.title} takes opsets ${target.opsets.lowest} to ${target.opsets.highest}, none of which is written`;
    throw new InputError('bad-argument', message, undefined, 'Choose another target.');
  }
  if (opset < lowest || opset > highest) {
    const next = `Choose one from ${lowest} to ${highest}.`;
    const message = target.profile ? `${target.title} takes no opset ${opset}` : `opset ${opset} cannot be written`;
    throw new InputError('bad-argument', message, undefined, next);
  }
  return { model, problems: await rewriting.toOpset(model, opset) };
}

/** Whether the functions of a model mean the same opset of ai.onnx. */
function functionsAgree({ functions }: Model, opset: number): boolean {
  return functions.every(({ opsetImports }) => (opsetImports.get('') ?? opset) === opset);
}

/** A model's own opset or the usual one; of a profile's, the one at which it takes most, the nearest to that first. */
async function opsetFor(model: Model, own: number | undefined, target: OnnxTarget): Promise<number> {
  const usual = own === undefined ? target.opsets.usual : nearestIn(target, own);
  if (!target.profile) return usual;
  const { bestOpset } = await import('./best-opset.ts');
  const { lowest, highest } = writable(target);
  return bestOpset(model, usual, target.profile, [lowest, highest]);
}

/** Those of a target's opsets that are written; none where the lowest is above the highest. */
function writable({ opsets }: OnnxTarget): { readonly lowest: number; readonly highest: number } {
  const lowest = Math.max(opsets.lowest, ONNX_TARGET.opsets.lowest);
  const highest = Math.min(opsets.highest, ONNX_TARGET.opsets.highest);
  return { lowest, highest };
}

/** A model's own opset, or the nearest that its target takes. */
function nearestIn({ profile, opsets: { lowest, highest } }: OnnxTarget, own: number): number {
  return profile ? Math.min(Math.max(own, lowest), highest) : own;
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
export async function dialectOf({ metadata, file }: Model): Promise<CaffeBackend> {
  const { backendOf } = await import('./targets/table.ts');
  return backendOf(metadata.get('caffe.dialect') ?? 'bvlc', file);
}

/** The target of that id for a model. Frameworks of Caffe are loaded for those that ask for one. */
export async function targetOf(id: string, model: string | undefined): Promise<Target> {
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

export function isError({ severity }: Problem): boolean {
  return severity === 'error';
}
