/**
 * The models just before and just after a step of a conversion. One run of the passes gives both: that which was not asked for
 * waits until it is, or until another step is asked for.
 */
import type { Progress } from '../core/progress.ts';
import type { ConvertRequest } from '../core/request.ts';
import type { StepSide } from '../shared/conversion.ts';

interface Closable {
  close(): void;
}

/** Both models of a step. */
export type ReadMoments<M> = (
  request: ConvertRequest,
  step: number,
  progress: Progress,
) => Promise<Readonly<Record<StepSide, M>>>;

interface Run<M> {
  readonly request: ConvertRequest;
  readonly step: number;
  readonly models: Promise<Readonly<Record<StepSide, M>>>;
  /** The sides that nobody has taken yet. */
  readonly waiting: Set<StepSide>;
}

export class StepMoments<M extends Closable> {
  private last: Run<M> | undefined;

  constructor(private readonly read: ReadMoments<M>) {}

  /** The model of one side, which the caller closes. */
  async take(request: ConvertRequest, step: number, side: StepSide, progress: Progress): Promise<M> {
    const run = this.runFor(request, step, side, progress);
    run.waiting.delete(side);
    try {
      return (await run.models)[side];
    } catch (error) {
      // The next who asks tries again.
      if (this.last === run) this.last = undefined;
      throw error;
    }
  }

  private runFor(request: ConvertRequest, step: number, side: StepSide, progress: Progress): Run<M> {
    const { last } = this;
    if (last?.request === request && last.step === step && last.waiting.has(side)) return last;
    if (last) void letGo(last);
    const models = this.read(request, step, progress);
    const run: Run<M> = { request, step, models, waiting: new Set(['before', 'after']) };
    this.last = run;
    return run;
  }
}

/** Closes what nobody took. */
async function letGo<M extends Closable>({ models, waiting }: Run<M>): Promise<void> {
  try {
    const opened = await models;
    for (const side of waiting) opened[side].close();
  } catch {
    // Whoever asked for it was told.
  }
}
