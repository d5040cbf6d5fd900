/** From a PyTorch program to a static graph of the aten dialect, by running it over symbolic tensors. */
import type { CustomOperators } from '../custom/definition.ts';
import type { TorchScriptArchive } from '../formats/torch/archive.ts';
import type { ExportedProgram } from '../formats/torch/exported.ts';
import { type Model, makeModel } from '../ir/model.ts';
import type { ProblemCode } from '../problems/codes.ts';
import { type Problem, problem } from '../problems/problem.ts';
import { captureExported } from './exported/exported.ts';
import type { InputSpec } from './inputs.ts';
import { captureObjects } from './objects/capture-objects.ts';
import { ObjectArchive } from './objects/object-archive.ts';
import { Operators } from './operators/operators.ts';
import { Recorder } from './recorder.ts';
import { type AssumedState, addLive, ofStorages } from './torchscript/carried-state.ts';
import { captureTorchScript } from './torchscript/torchscript.ts';

/** A program that a file holds; of pickled modules the archive that runs them (objects/). */
export type Program = TorchScriptArchive | ExportedProgram;

export interface CaptureOptions {
  /** What the user said of inputs; the others are as in the file's examples. */
  readonly inputs: readonly InputSpec[];
  readonly customOps: CustomOperators;
  /** The method of a TorchScript archive that is run; forward, unless given. */
  readonly method?: string | undefined;
}

export interface CaptureResult {
  /** The aten graph; incomplete where there are problems of severity error. */
  readonly model: Model;
  readonly problems: readonly Problem[];
}

/**
 * Captures a program. Every value of the result has a type with static sizes unless a problem says why not. Throws
 * InputError for a program that cannot be run at all, or for options that name inputs that it does not have.
 */
export function capture(program: Program, options: CaptureOptions): CaptureResult {
  const recorder = recordCalls(program, options);
  recorder.dropUnused();
  reportGaps(recorder);
  const model = makeModel('aten', recorder.graph, { file: program.file });
  model.producerName = 'pytorch';
  return { model, problems: recorder.problems() };
}

/** State that looks different after so many calls never stays the same. */
const MOST_CALLS = 5;

/** What a program may be refused for as a whole, and not on each of the ways through it. */
const BY_THE_WAY = new Set<ProblemCode>(['data-dependent', 'shape-unknown', 'state-write', 'alias-write']);

/** Records a program: as a whole where that can be, else each way through it by itself. */
function recordCalls(program: Program, options: CaptureOptions): Recorder {
  const whole = recordCall(program, options, false);
  const problems = errorsOf(whole);
  const complete = problems.length === 0 && !whole.incomplete;
  const known = whole.graph.inputs.every(({ type }) => type !== undefined);
  if (complete || !known || problems.some(({ code }) => !BY_THE_WAY.has(code))) return whole;
  if (program.kind === 'exported') return whole;
  const apart = recordCall(program, options, true);
  return errorsOf(apart).length === 0 && !apart.incomplete ? apart : whole;
}

function errorsOf(recorder: Recorder): Problem[] {
  return recorder.problems().filter(({ severity }) => severity === 'error');
}

/** Records a call of the program: the first, or the first of those that leave state as they find it. */
function recordCall(program: Program, options: CaptureOptions, takesApart: boolean): Recorder {
  let assumed: AssumedState = new Map();
  for (let call = 1; ; call++) {
    const recorder = new Recorder(takesApart);
    const operators = new Operators(recorder);
    if (program.kind === 'exported') {
      captureExported(program, operators, options.inputs, options.customOps);
      addLive(operators, ofStorages(operators));
      return recorder;
    }
    const run =
      program instanceof ObjectArchive
        ? captureObjects(program, operators, options, assumed)
        : captureTorchScript(program, operators, options, assumed);
    if (!run) return recorder;
    assumed = run;
    if (call < MOST_CALLS) continue;
    const [path = ''] = [...run.values()].flatMap((named) => [...named.values()].map((each) => each.path));
    recorder.report('state-write', { operator: path }, { attribute: path });
    return recorder;
  }
}

/** A graph with gaps always has a problem, also where nothing said on the way what made them. */
function reportGaps(recorder: Recorder): void {
  const { inputs, outputs } = recorder.graph;
  const gaps = recorder.incomplete || [...inputs, ...outputs].some((value) => value.type === undefined);
  if (!gaps || recorder.problems().some(({ severity }) => severity === 'error')) return;
  recorder.add(
    problem('invalid-model', undefined, { reason: 'something that the program uses could not be found out' }),
  );
}
