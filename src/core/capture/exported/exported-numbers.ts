/** Plain numbers that an exported program takes: ints that it was exported with as dynamic, and floats and bools alike. */
import type { Argument, ExportedGraph, ExportedProgram } from '../../formats/torch/exported.ts';
import { InputError } from '../../ir/errors.ts';
import { Expression } from '../../ir/expression.ts';
import { type Dim, sameDim } from '../../ir/shape.ts';
import type { InputSpec, Inputs } from '../inputs.ts';
import { numberInput } from '../number-inputs.ts';
import type { Operators } from '../operators/operators.ts';
import type { ScalarType } from '../values/scalars.ts';
import { sizeOf } from '../values/sizes.ts';
import type { CapturedValue } from '../values/values.ts';
import type { ProgramSymbols } from './program-symbols.ts';

/** A number among the inputs of a program. */
export interface NumberArgument {
  readonly name: string;
  readonly type: ScalarType;
  /** Of an int, over the symbols of the file: mostly a symbol of its own. */
  readonly size: Dim;
}

/** The number that an argument is; undefined for tensors, and for what was fixed when the program was exported. */
export function numberArgument(argument: Argument, graph: ExportedGraph): NumberArgument | undefined {
  switch (argument.kind) {
    case 'sym-int': {
      if (argument.value.kind !== 'name') return undefined;
      const { name } = argument.value;
      const record = graph.symInts.get(name);
      return { name, type: 'int', size: record?.kind === 'expr' ? record.dim : Number(record?.value) };
    }
    case 'sym-float':
    case 'sym-bool': {
      const type = argument.kind === 'sym-float' ? 'float' : 'bool';
      return argument.value.kind === 'name' ? { name: argument.value.name, type, size: undefined } : undefined;
    }
    default:
      return undefined;
  }
}

/** The file's symbols that stand for such numbers and for no size of a tensor: they may be 0. */
export function symbolsOfNumbers({ graph, inputSpecs }: ExportedProgram): ReadonlySet<string> {
  const [numbers, sizes] = [new Set<string>(), new Set<string>()];
  for (const spec of inputSpecs) {
    if (spec.kind !== 'user-input') continue;
    const { argument } = spec;
    const number = numberArgument(argument, graph)?.size;
    if (number instanceof Expression) for (const name of number.symbols()) numbers.add(name);
    const shape = argument.kind === 'tensor' ? (graph.tensors.get(argument.name)?.shape ?? []) : [];
    for (const size of shape) if (size instanceof Expression) for (const name of size.symbols()) sizes.add(name);
  }
  return new Set([...numbers].filter((name) => !sizes.has(name)));
}

/**
 * Takes up what the user gives a number, which may fix sizes of tensors, too. Throws InputError where the program was not
 * exported for that.
 */
export function fixNumber(
  { file }: ExportedProgram,
  { name, type, size }: NumberArgument,
  given: InputSpec | undefined,
  symbols: ProgramSymbols,
): void {
  const refuse = (what: string): never => {
    throw new InputError(
      'bad-argument',
      `the program was exported for ${name} as ${what}`,
      { file },
      `Give a number that fits, as in --input ${name}=16, or leave it open.`,
    );
  };
  const value = given?.value;
  if (value === undefined) {
    if (given && given.shape.length > 0) refuse(`a plain ${type}`);
    return;
  }
  const kinds: Readonly<Record<ScalarType, readonly string[]>> = {
    int: ['bigint'],
    float: ['number', 'bigint'],
    bool: ['boolean'],
  };
  if (!kinds[type].includes(typeof value)) refuse(`a plain ${type}`);
  if (!(size instanceof Expression) || typeof value !== 'bigint') return;
  const { symbol } = size;
  if (symbol !== undefined && symbols.get(symbol) === undefined) {
    const { least, most } = symbols.boundsOf(symbol);
    const range = most === Number.POSITIVE_INFINITY ? `of ${least} or more` : `from ${least} to ${most}`;
    if (value < least || value > most) refuse(`an int ${range}`);
    symbols.set(symbol, Number(value));
  } else if (sameDim(symbols.of(size), Number(value)) === false) {
    refuse(String(symbols.of(size)));
  }
}

/** The value of a number: what the user gives it, or an input of the graph. */
export function bindNumber(
  operators: Operators,
  inputs: Inputs,
  { name, type, size }: NumberArgument,
  symbols: ProgramSymbols,
): CapturedValue {
  const given = inputs.value(name);
  if (given !== undefined) return type === 'float' ? Number(given) : given;
  if (type !== 'int') return numberInput(operators, inputs, name, type);
  const known = symbols.of(size);
  const { symbol, bounds } = known instanceof Expression ? known : {};
  const value = numberInput(operators, inputs, name, type, { symbol, bounds });
  // It follows from sizes, which the program has for it.
  return symbol === undefined ? sizeOf(known) : value;
}
