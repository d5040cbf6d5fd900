/** Binds the inputs of an exported program: parameters by their path, user inputs by name, symbols by the sizes and numbers given. */
import type { PickledTensor } from '../../formats/torch/archive.ts';
import type { Argument, ExportedProgram, InputSpec as Signature, TensorMeta } from '../../formats/torch/exported.ts';
import { InputError } from '../../ir/errors.ts';
import { Expression } from '../../ir/expression.ts';
import { sameDim, shapeText } from '../../ir/shape.ts';
import { type InputSpec, Inputs } from '../inputs.ts';
import type { Operators } from '../operators/operators.ts';
import { StoredTensors } from '../torchscript/stored-tensors.ts';
import { UNKNOWN } from '../values/values.ts';
import { type GivenSize, reportBounds } from './bounded-sizes.ts';
import { declareDerived } from './derived-sizes.ts';
import { bindNumber, fixNumber, type NumberArgument, numberArgument, symbolsOfNumbers } from './exported-numbers.ts';
import { argumentValue, type Environment, infoOf } from './exported-values.ts';
import { ProgramSymbols } from './program-symbols.ts';

export interface BoundInputs {
  readonly environment: Environment;
  /** Parameters, buffers and constants by their path. */
  readonly states: Environment;
  /** What the program's symbols stand for. */
  readonly symbols: ProgramSymbols;
}

/** Throws InputError where weights are missing, or where an input is not one that the program was exported for. */
export function bindInputs(program: ExportedProgram, operators: Operators, specs: readonly InputSpec[]): BoundInputs {
  const { recorder, memory } = operators;
  const stored = new StoredTensors(recorder, memory, program.file);
  const inputs = new Inputs(recorder, specs);
  const environment: Environment = new Map();
  const states: Environment = new Map();
  const symbols = new ProgramSymbols(program.rangeConstraints, symbolsOfNumbers(program));
  // Sizes of one input, and numbers, may fix those of another that comes before it.
  userInputs(program).forEach(({ name, meta, number }, k) => {
    const given = specs.find(({ key }) => key === name || key === k);
    if (given && meta) fix(program, name, meta, given, symbols);
    if (number) fixNumber(program, number, given, symbols);
  });
  nameSizes(program, symbols);
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
        const number = argument && numberArgument(argument, program.graph);
        if (number) environment.set(number.name, bindNumber(operators, inputs, number, symbols));
        if (argument?.kind !== 'tensor') return;
        const meta = program.graph.tensors.get(argument.name);
        environment.set(argument.name, inputs.recorded(argument.name, infoOf(meta, symbols)));
        return;
      }
      case 'custom-object':
        environment.set(spec.name, UNKNOWN);
        return;
      case 'token':
        environment.set(spec.name, null);
        return;
      case 'constant-input': {
        const value = argumentValue(spec.value, environment);
        if (value === null || typeof value !== 'object') inputs.fixed(spec.name, value);
        environment.set(spec.name, value);
      }
    }
  };
  program.inputSpecs.forEach((spec, k) => {
    bind(spec, spec.kind === 'user-input' ? spec.argument : program.graph.inputs[k]);
  });
  inputs.checkAllUsed();
  declareDerived(operators);
  reportBounds(
    operators,
    userInputs(program).flatMap((each) => sizesOf(each, symbols)),
  );
  return { environment, states, symbols };
}

function weightOf(program: ExportedProgram, target: string): PickledTensor {
  const found = program.weights.get(target);
  if (found) return found;
  const next = 'Export and save the program again.';
  throw new InputError('file-malformed', `the weights of ${target} are missing`, { file: program.file }, next);
}

interface UserInput {
  readonly name: string;
  readonly meta?: TensorMeta | undefined;
  readonly number?: NumberArgument;
}

/** The tensors and numbers that a caller gives, in order. */
function userInputs({ inputSpecs, graph }: ExportedProgram): UserInput[] {
  return inputSpecs.flatMap((spec): UserInput[] => {
    if (spec.kind !== 'user-input') return [];
    const { argument } = spec;
    if (argument.kind === 'tensor') return [{ name: argument.name, meta: graph.tensors.get(argument.name) }];
    const number = numberArgument(argument, graph);
    return number ? [{ name: number.name, number }] : [];
  });
}

/** The symbols that nobody has said anything of get the names that the user gave when the program was captured. */
function nameSizes(program: ExportedProgram, symbols: ProgramSymbols): void {
  for (const { name, meta } of userInputs(program)) {
    const names = program.sizeNames?.get(name);
    if (names?.length !== meta?.shape.length) continue;
    meta?.shape.forEach((dim, axis) => {
      const [symbol, wanted] = [dim instanceof Expression ? dim.symbol : undefined, names?.[axis]];
      if (symbol === undefined || wanted === undefined || symbols.get(symbol) !== undefined) return;
      // A name that is another symbol of the file would make the two one.
      if (wanted !== symbol && program.rangeConstraints.has(wanted)) return;
      symbols.set(symbol, Expression.symbol(wanted, symbols.boundsOf(symbol)));
    });
  }
}

function sizesOf({ name, meta, number }: UserInput, symbols: ProgramSymbols): readonly GivenSize[] {
  const numbers = number ? [{ size: symbols.of(number.size), place: name }] : [];
  const sizes = meta?.shape.map((size, axis) => ({ size: symbols.of(size), place: `axis ${axis} of ${name}` })) ?? [];
  return [...numbers, ...sizes];
}

/** An exported program holds for the sizes that it was exported for: given ones must agree, and fix its symbols. */
function fix(
  program: ExportedProgram,
  name: string,
  meta: TensorMeta,
  given: InputSpec,
  symbols: ProgramSymbols,
): void {
  const fits = (): boolean => {
    if (meta.dtype !== given.dtype || meta.shape.length !== given.shape.length) return false;
    return given.shape.every((size, axis) => {
      const dim = meta.shape[axis];
      if (!(dim instanceof Expression)) return dim === undefined || dim === size;
      const { symbol } = dim;
      // A size that follows from others needs no name.
      if (size === undefined || (symbol === undefined && typeof size !== 'number')) return true;
      if (symbol === undefined) return sameDim(symbols.of(dim), size) !== false;
      const bounds = symbols.boundsOf(symbol);
      const wanted = typeof size === 'number' ? size : Expression.symbol(size.toString(), bounds);
      const before = symbols.get(symbol);
      if (before === undefined) symbols.set(symbol, wanted);
      const inRange = typeof wanted !== 'number' || (wanted >= bounds.least && wanted <= bounds.most);
      return inRange && (before === undefined || sameDim(before, wanted) === true);
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
