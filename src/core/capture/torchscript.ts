/** Captures a TorchScript archive by running its root module's `forward` over symbolic tensors. */
import type { CustomOperators } from '../custom/definition.ts';
import type { TorchScriptArchive } from '../formats/torch/archive.ts';
import { InputError } from '../ir/errors.ts';
import { type InputSpec, Inputs } from './inputs.ts';
import { Interpreter } from './interpreter.ts';
import type { Operators } from './operators.ts';
import { addOutputs } from './outputs.ts';
import { ProgramError } from './plain-values.ts';
import { ArchiveState } from './state.ts';
import { ModuleValue } from './values.ts';

/** Runs the program into `operators`. Throws InputError where the archive has no `forward`. */
export function captureTorchScript(
  archive: TorchScriptArchive,
  operators: Operators,
  specs: readonly InputSpec[],
  customOps: CustomOperators,
): void {
  const { recorder, memory } = operators;
  const forward = archive.classOf(archive.root.className)?.methods.get('forward');
  if (!forward) {
    throw new InputError(
      'no-program',
      `${archive.root.className} has no method forward`,
      { file: archive.file },
      'Save a module whose forward was traced or scripted.',
    );
  }
  const state = new ArchiveState(archive, recorder, memory);
  const interpreter = new Interpreter(archive, operators, state, customOps);
  const inputs = new Inputs(recorder, specs);
  const examples = archive.tracedInputs.get('forward') ?? [];
  // The first parameter is the module itself.
  const args = forward.parameters.slice(1).map((parameter, k) => {
    const example = examples[k];
    if (example === undefined && parameter.default && !specs.some(({ key }) => key === parameter.name || key === k)) {
      return interpreter.defaultOf(parameter.default);
    }
    return inputs.structure(parameter.name, example);
  });
  inputs.checkAllUsed();
  try {
    addOutputs(operators, interpreter.callModule(new ModuleValue(archive.root, ''), 'forward', args, new Map()));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    recorder.incomplete = true;
    recorder.report(
      'invalid-model',
      { operator: 'forward' },
      { reason: `running it on these inputs fails: ${error.message}` },
    );
  }
}
