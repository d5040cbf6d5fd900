/** What is said about PyTorch files that hold no program, with the lines of Python that save one that does. */
import { InputError } from '../../ir/errors.ts';
import type { InputSpec } from '../../reading.ts';
import type { PickledTensor, PickleValue } from './archive.ts';
import { exportScript, quoted } from './export-script.ts';
import { isRecord, stringEntries } from './pickle-machine.ts';
import { isModule } from './pickled-module.ts';

/** The error for a torch.save file: a dict of weights, a whole module, or something else. */
export function noProgram(file: string, value: PickleValue): InputError {
  if (isModule(value)) return wholeModule(file, value.callee, value);
  const weights = weightsOf(value);
  if (weights) return weightsOnly(file, weights);
  const what = describeValue(value);
  return new InputError(
    'no-program',
    `the file holds ${what}, but no model that can be run`,
    { file },
    `Save the model itself with Python:\n\n${saveLines(file, 'model = ...  # build the model')}`,
  );
}

interface Weights {
  /** The keys on the way to the weights: checkpoints keep them beside other things. */
  readonly path: readonly string[];
  readonly tensors: readonly (readonly [name: string, tensor: PickledTensor])[];
}

/** The tensors of a dict, or of the largest dict of tensors within it. */
function weightsOf(value: PickleValue): Weights | undefined {
  const direct = tensorsOf(value);
  if (direct.length > 0) return { path: [], tensors: direct };
  const nested = [...stringEntries(value)].map(([key, item]) => ({ path: [key], tensors: tensorsOf(item) }));
  const best = nested.sort((a, b) => b.tensors.length - a.tensors.length)[0];
  return best && best.tensors.length > 0 ? best : undefined;
}

function tensorsOf(value: PickleValue): [string, PickledTensor][] {
  return [...stringEntries(value)].flatMap(([name, item]): [string, PickledTensor][] =>
    isRecord(item) && item.kind === 'tensor' ? [[name, item]] : [],
  );
}

function weightsOnly(file: string, { path, tensors }: Weights): InputError {
  const keys = path.map((key) => `[${JSON.stringify(key)}]`).join('');
  const [first] = tensors;
  const sample = first ? `, such as ${first[0]} [${first[1].shape.join(', ')}]` : '';
  const load = `model = Net()  # the class that these weights belong to
model.load_state_dict(torch.load(${python(file)}, weights_only=True)${keys})`;
  return new InputError(
    'weights-only',
    `the file holds weights only (${tensors.length} tensors${sample}), not the model that uses them`,
    { file },
    `Save the whole program with Python:\n\n${saveLines(file, load, inputGuess(tensors))}`,
  );
}

function wholeModule(file: string, className: string, value: PickleValue): InputError {
  const [module, name] = splitName(className);
  const load = `from ${module} import ${name}  # its code must be at hand
model = torch.load(${python(file)}, weights_only=False)  # only if you trust the file: this runs code of it`;
  return new InputError(
    'no-program',
    `the file holds a pickled ${className}: its data, but not the code that runs it`,
    { file },
    `Save the program with Python:\n\n${saveLines(file, load, inputGuess(parametersOf(value)))}`,
  );
}

/** Tensors of the module and of its submodules, in order; iterative, since modules lie in one another. */
function parametersOf(module: PickleValue): [string, PickledTensor][] {
  const found: [string, PickledTensor][] = [];
  const seen = new Set<PickleValue>();
  const rest: [string, PickleValue][] = [['', module]];
  for (let next = rest.pop(); next && found.length === 0; next = rest.pop()) {
    const [path, value] = next;
    if (seen.has(value) || !isRecord(value) || value.kind !== 'call') continue;
    seen.add(value);
    const state = new Map(stringEntries(value.state ?? null));
    for (const [name, tensor] of tensorsOf(state.get('_parameters') ?? null)) found.push([`${path}${name}`, tensor]);
    const children = [...stringEntries(state.get('_modules') ?? null)].map(([name, child]): [string, PickleValue] => [
      `${path}${name}.`,
      child,
    ]);
    rest.push(...children.reverse());
  }
  return found;
}

/** An example input from the first weight: image networks begin with a convolution, others with an embedding or a product. */
function inputGuess(tensors: readonly (readonly [string, PickledTensor])[]): InputSpec | undefined {
  const first = tensors.find(([name, { shape }]) => name.endsWith('weight') && shape.length >= 2);
  if (!first) return undefined;
  const [name, { shape }] = first;
  const [, inputs = 1] = shape;
  if (/embed/i.test(name) && shape.length === 2) return { key: 0, dtype: 'int64', dims: [1, 16] };
  if (shape.length === 2) return { key: 0, dtype: 'float32', dims: [1, inputs] };
  const sizes = shape.length === 3 ? [16000] : shape.length === 4 ? [224, 224] : [16, 112, 112];
  return { key: 0, dtype: 'float32', dims: [1, inputs, ...sizes.slice(0, shape.length - 2)] };
}

/** Never writes the file that it reads. */
function saveLines(file: string, load: string, input?: InputSpec): string {
  const stem = baseName(file).replace(/\.[^.]*$/, '');
  return exportScript({ load, inputs: input ? [input] : [], output: `${stem || 'model'}.exported` });
}

function splitName(className: string): [module: string, name: string] {
  const dot = className.lastIndexOf('.');
  return [className.slice(0, dot), className.slice(dot + 1)];
}

const PLAIN: Readonly<Record<string, string>> = {
  bigint: 'an integer',
  number: 'a number',
  string: 'a text',
  boolean: 'True or False',
};

function describeValue(value: PickleValue): string {
  if (!isRecord(value)) return value === null ? 'None' : (PLAIN[typeof value] ?? 'bytes');
  if (value.kind === 'tensor') return `one tensor, ${value.dtype}[${value.shape.join(', ')}]`;
  if (value.kind === 'call') return `an object of ${value.callee}`;
  return value.kind === 'dict' ? 'a dict without weights' : `a ${value.kind}`;
}

function python(text: string): string {
  return quoted(baseName(text));
}

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
