/** Captures a TorchScript archive by running a method of its root module over symbolic tensors. */
import type { TorchScriptArchive } from '../../formats/torch/archive.ts';
import type { FunctionDefinition } from '../../formats/torch/ast.ts';
import { InputError } from '../../ir/errors.ts';
import type { CaptureOptions } from '../capture.ts';
import { type InputSpec, Inputs } from '../inputs.ts';
import type { Operators } from '../operators/operators.ts';
import { addOutputs } from '../outputs.ts';
import { ProgramError } from '../values/plain-values.ts';
import { ModuleValue } from '../values/values.ts';
import { type AssumedState, CarriedState } from './carried-state.ts';
import { Interpreter } from './interpreter.ts';
import { readableClass } from './names.ts';
import { parameterValue } from './parameters.ts';
import { ArchiveState } from './state.ts';

/**
 * Runs the program into `operators`, on attributes as `assumed` says. Gives how they look after the call where that is
 * something else: then it must run again. Throws InputError where the archive has no such method.
 */
export function captureTorchScript(
  archive: TorchScriptArchive,
  operators: Operators,
  { inputs: specs, customOps, method: name = 'forward' }: CaptureOptions,
  assumed: AssumedState,
): AssumedState | undefined {
  const state = new ArchiveState(archive, operators.recorder, operators.memory);
  const interpreter = new Interpreter(archive, operators, state, customOps);
  return runMethod(archive, interpreter, operators, { specs, name, state, assumed });
}

/** What is run, and on what. */
export interface MethodCall {
  readonly specs: readonly InputSpec[];
  readonly name: string;
  readonly state: ArchiveState;
  /** How attributes look when the call begins. */
  readonly assumed: AssumedState;
  /** What an input may be, where nothing is said of it. */
  readonly guess?: (position: number) => string | undefined;
}

/**
 * Runs a method of the root module of an archive, on inputs as its examples or the user say. Gives what
 * `captureTorchScript` gives.
 */
export function runMethod(
  archive: TorchScriptArchive,
  interpreter: Interpreter,
  operators: Operators,
  { specs, name, state, assumed, guess }: MethodCall,
): AssumedState | undefined {
  const { recorder } = operators;
  const method = methodOf(archive, name);
  const inputs = new Inputs(recorder, specs, guess);
  const examples = archive.tracedInputs.get(name) ?? [];
  // The first parameter is the module itself.
  const args = method.parameters.slice(1).map((parameter, k) => {
    const example = examples[k];
    if (example === undefined && parameter.default && !inputs.speaksOf(parameter.name))
      return interpreter.defaultOf(parameter.default);
    return parameterValue(operators, inputs, parameter, example);
  });
  inputs.checkAllUsed();
  const carried = new CarriedState(operators, state, assumed);
  try {
    interpreter.restoreStates();
    carried.begin();
    addOutputs(operators, interpreter.callModule(new ModuleValue(archive.root, ''), method.name, args, new Map()));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    recorder.incomplete = true;
    recorder.report(
      'invalid-model',
      { operator: name },
      { reason: `running it on these inputs fails: ${error.message}` },
    );
    return undefined;
  }
  const next = carried.changed();
  if (!next) carried.finish();
  return next;
}

/** Methods that no caller means. */
const INTERNAL = /^__\w+__$/;

function methodOf(archive: TorchScriptArchive, name: string): FunctionDefinition {
  const { file, root } = archive;
  const definition = archive.classOf(root.className);
  // A module with overloads, as recurrent layers are, has the plain one first.
  const found =
    definition?.methods.get(name) ?? (name === 'forward' ? definition?.methods.get('forward__0') : undefined);
  if (found) return found;
  const hooks = new Set([...(definition?.forwardHooks ?? []), ...(definition?.forwardPreHooks ?? [])]);
  const methods = [...(definition?.methods.keys() ?? [])].filter((each) => !INTERNAL.test(each) && !hooks.has(each));
  const [first] = methods;
  throw new InputError(
    name === 'forward' ? 'no-program' : 'bad-argument',
    `${readableClass(root.className)} has no method ${name}${first === undefined ? '' : `; it has ${methods.join(', ')}`}`,
    { file },
    first === undefined
      ? 'Save a module whose forward was traced or scripted.'
      : `Name the one to convert: --method ${first}`,
  );
}
