/** Captures a pickled module: the table of forwards is run over its objects. */
import type { CustomForward } from '../../custom/forwards.ts';
import type { PickledModule } from '../../formats/torch/archive.ts';
import type { CaptureOptions } from '../capture.ts';
import { NO_KEYWORDS } from '../operators/dispatch.ts';
import type { Operators } from '../operators/operators.ts';
import type { AssumedState } from '../torchscript/carried-state.ts';
import { ArchiveState } from '../torchscript/state.ts';
import { runMethod } from '../torchscript/torchscript.ts';
import { ModuleValue } from '../values/values.ts';
import { ForwardTable } from './forward-table.ts';
import { FORWARDS } from './forwards.ts';
import { inputGuess } from './input-guess.ts';
import { ObjectArchive } from './object-archive.ts';
import { ObjectInterpreter } from './object-interpreter.ts';

/** The objects of a pickled module, with the forwards that run them: ours, and those of the user, which go before. */
export function openObjects(program: PickledModule, own: readonly CustomForward[] = []): ObjectArchive {
  return new ObjectArchive(program, new ForwardTable(FORWARDS, own));
}

/** Runs the module into `operators`, as `captureTorchScript` does. What cannot be run is reported with its path and class. */
export function captureObjects(
  archive: ObjectArchive,
  operators: Operators,
  { inputs: specs, customOps, method: name = 'forward' }: CaptureOptions,
  assumed: AssumedState,
): AssumedState | undefined {
  const state = new ArchiveState(archive, operators.recorder, operators.memory);
  const interpreter = new ObjectInterpreter(archive, operators, state, customOps);
  if (name === 'forward' && !archive.classOf(archive.root.className)?.methods.has(name)) {
    // Says so, and what else is not known.
    interpreter.callModule(new ModuleValue(archive.root, ''), name, [], NO_KEYWORDS);
    return undefined;
  }
  const guess = () => inputGuess(archive.root, archive);
  return runMethod(archive, interpreter, operators, { specs, name, state, assumed, guess });
}
