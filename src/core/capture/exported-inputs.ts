/** Binds the inputs of an exported program: parameters by their path, user inputs by name, symbols by the sizes given. */
import type { TensorInfo } from '../dialects/aten/rule.ts';
import type { PickledTensor } from '../formats/torch/archive.ts';
import type { Argument, ExportedProgram, InputSpec as Signature, TensorMeta } from '../formats/torch/exported.ts';
import { InputError } from '../ir/errors.ts';
import { Expression } from '../ir/expression.ts';
import { shapeText } from '../ir/shape.ts';
import { argumentValue, type Environment, infoOf } from './exported-values.ts';
import { type InputSpec, Inputs } from './inputs.ts';
import type { Operators } from './operators.ts';
import { StoredTensors } from './state.ts';
import { UNKNOWN } from './values.ts';

export interface BoundInputs {
  readonly environment: Environment;
  /** Parameters, buffers and constants by their path. */
  readonly states: Environment;
  /** The sizes that the user's inputs give to the program's symbols. */
  readonly symbols: ReadonlyMap<string, number>;
}

/** Throws InputError where weights are missing, or where an input is not one that the program was exported for. */
export function bindInputs(program: ExportedProgram, operators: Operators, specs: readonly InputSpec[]): BoundInputs {
  const { recorder, memory } = operators;
  const stored = new StoredTensors(recorder, memory);
  const inputs = new Inputs(recorder, specs);
  const environment: Environment = new Map();
  const states: Environment = new Map();
  const symbols = new Map<string, number>();
  const bind = (spec: Signature, argument: Argument | undefined): void => {
    switch (spec.kind) {
      case 'parameter':
      case 'buffer':
      case 'tensor-constant': {
        const tensor = stored.of(weightOf(program, spec.target), spec.target, spec.kind !== 'tensor-constant');
        environment.set(spec.name, tensor);
        states.set(spec.target, tensor);
        return;
      }
      case 'user-input': {
        if (argument?.kind !== 'tensor') return;
        const meta = program.graph.tensors.get(argument.name);
        const declared = meta?.dtype && { dtype: meta.dtype, shape: meta.shape };
        const tensor = inputs.tensor(argument.name, infoOf(meta, symbols), declared);
        if (meta && tensor.info) fix(program, argument.name, meta, tensor.info, symbols);
        environment.set(argument.name, tensor);
        return;
      }
      case 'custom-object':
        environment.set(spec.name, UNKNOWN);
        return;
      case 'token':
        environment.set(spec.name, null);
        return;
      case 'constant-input':
        environment.set(spec.name, argumentValue(spec.value, environment));
    }
  };
  program.inputSpecs.forEach((spec, k) => {
    bind(spec, spec.kind === 'user-input' ? spec.argument : program.graph.inputs[k]);
  });
  inputs.checkAllUsed();
  return { environment, states, symbols };
}

function weightOf(program: ExportedProgram, target: string): PickledTensor {
  const found = program.weights.get(target);
  if (found) return found;
  const next = 'Export and save the program again.';
  throw new InputError('file-malformed', `the weights of ${target} are missing`, { file: program.file }, next);
}

/** An exported program holds for the sizes that it was exported for: given ones must agree, and fix its symbols. */
function fix(
  program: ExportedProgram,
  name: string,
  meta: TensorMeta,
  given: TensorInfo,
  symbols: Map<string, number>,
): void {
  const fits = (): boolean => {
    if (meta.dtype !== given.dtype || meta.shape.length !== given.shape.length) return false;
    return given.shape.every((size, axis) => {
      if (typeof size !== 'number') return true;
      const dim = meta.shape[axis];
      if (!(dim instanceof Expression)) return dim === undefined || dim === size;
      const text = dim.toString();
      if (/^\w+$/.test(text) && !symbols.has(text)) symbols.set(text, size);
      const { min, max } = program.rangeConstraints.get(text) ?? {};
      if ((min !== undefined && BigInt(size) < min) || (max !== undefined && BigInt(size) > max)) return false;
      const value = dim.substitute(symbols).simplified();
      return value instanceof Expression || value === size;
    });
  };
  if (fits()) return;
  throw new InputError(
    'bad-argument',
    `the program was exported for ${name} as ${meta.dtype}${shapeText(meta.shape)}, not as ${given.dtype}${shapeText(given.shape)}`,
    { file: program.file },
    'Give sizes that fit, or export it again with dynamic_shapes=... for the sizes that vary.',
  );
}
