/** What was done on the way of a conversion: it is made once more, up to where somebody looks. */
import { InputError } from './ir/errors.ts';
import { adapt, isError, lower, targetOf, toOnnx } from './lowering.ts';
import { type OpenedModel, openModel } from './open.ts';
import type { PassSummary } from './passes/records.ts';
import type { Progress } from './progress.ts';
import type { Reading } from './reading.ts';
import type { ConvertRequest, Simplified } from './request.ts';
import { Rewriting, wishesOf } from './rewriting.ts';
import type { TargetRequest } from './targets/target.ts';

/** A model just before and just after one step of a conversion. Each is to be closed. */
export interface AroundStep {
  readonly before: OpenedModel;
  readonly after: OpenedModel;
}

/**
 * The models around a step of a conversion, counted from 1: the file is opened and rewritten once more for both. Close both
 * when done. Throws InputError where the file no longer gets that far.
 */
export async function modelsAroundStep(request: ConvertRequest, step: number, progress: Progress): Promise<AroundStep> {
  const opened = await openModel(request.input, request.reading, progress);
  try {
    await progress.step('Converting the operators');
    const { model, problems } = await toOnnx(opened);
    const target = await targetOf(request.target.target, request.input);
    const rewriting = new Rewriting(wishesOf(request), opened.custom, target, step);
    if (!problems.some(isError)) await adapt(opened, model, target, request.target.opset, rewriting);
    const before = rewriting.modelBeforeLast;
    if (!rewriting.reached || !before) {
      const next = 'Convert it again.';
      throw new InputError('file-changed', 'the model has changed since it was converted', { file: opened.path }, next);
    }
    // A file that one of them has closed is opened again by the other, when it reads.
    return { before: { ...opened, model: before }, after: { ...opened, model } };
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
    return (await lower(opened, target, request.target.opset, { ...wishesOf(request), explain: true }, progress))
      .passes;
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
    const wishes = { simplify: true, why: node, mlOpset: request.mlOpset };
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
