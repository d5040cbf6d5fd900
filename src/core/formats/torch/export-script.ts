/**
 * The Python that saves a model as a program: a short script, filled from what is known of the model, to run where its code is.
 * `torch.export.export` is there from PyTorch 2.1 on, `torch.export.Dim` from 2.2.
 */
import { type DataType, isFloat } from '../../ir/dtype.ts';
import type { InputSpec } from '../../reading.ts';

export interface ExportScript {
  /** Lines of Python that make `model`. */
  readonly load: string;
  /** What the program takes; a picture where nothing is known. */
  readonly inputs: readonly InputSpec[];
  /** The name of the file that is written, without its ending. */
  readonly output: string;
}

/** A class or function of a module, and how a model is made of it. */
export interface KnownProgram {
  readonly module: string;
  readonly name: string;
  /** As Python has them between brackets: `num_classes=10`. */
  readonly arguments?: string;
  /** What it finds as sys.argv[1:]. */
  readonly argv?: readonly string[];
  /** A file with a state_dict. */
  readonly weights?: string;
}

/** What most programs of vision take. */
const PICTURE: InputSpec = { key: 0, dtype: 'float32', dims: [1, 3, 224, 224] };
/** For a size that stays open: a size of 1 would be taken as a constant. */
const OPEN_SIZE = 2;

export function exportScript({ load, inputs, output }: ExportScript): string {
  const given = inputs.length > 0 ? inputs : [PICTURE];
  const placed = given.filter(({ key }) => typeof key === 'number');
  const named = given.filter(({ key }) => typeof key === 'string');
  // Open sizes are told by place or by name: not some by the one and some by the other.
  const open = placed.length > 0 && named.length > 0 ? [] : [...new Set(given.flatMap(openSizes))];
  const exported = [
    'model, example',
    ...(named.length > 0 ? ['named'] : []),
    ...(open.length > 0 ? [`dynamic_shapes=${dynamicShapes(given)}`] : []),
  ];
  return [
    'import torch',
    '',
    load.trimEnd(),
    'model.eval()',
    `example = (${placed.map((spec) => `${exampleOf(spec)},`).join(' ')})  # inputs of the shapes and types that the model takes`,
    ...(named.length > 0 ? [`named = ${dictOf(named, exampleOf)}`] : []),
    ...open.map((name) => `${name} = torch.export.Dim(${quoted(name)})`),
    `torch.export.save(torch.export.export(${exported.join(', ')}), ${quoted(`${output}.pt2`)})`,
    ...traceOf(placed, named).map(
      (what) => `# or, where export does not succeed: torch.jit.trace(${what}).save(${quoted(`${output}.pt`)})`,
    ),
  ].join('\n');
}

/** Lines that make `model` of a class or a function that is known. */
export function loadProgram({ module, name, arguments: given = '', argv = [], weights }: KnownProgram): string {
  const [outer = name] = name.split('.');
  const command = argv.length > 0 ? ['import sys', `sys.argv[1:] = [${argv.map(quoted).join(', ')}]`] : [];
  const state =
    weights === undefined
      ? []
      : [
          `state = torch.load(${quoted(weights)}, map_location="cpu")`,
          'model.load_state_dict(state.get("state_dict", state))',
        ];
  const imported = `from ${module} import ${outer}  # its code must be at hand`;
  return [...command, imported, '', `model = ${name}(${given})`, ...state].join('\n');
}

/** What a trace takes: tensors, all by place or all by name. */
function traceOf(placed: readonly InputSpec[], named: readonly InputSpec[]): string[] {
  if ([...placed, ...named].some(({ value }) => value !== undefined)) return [];
  if (named.length === 0) return ['model, example'];
  return placed.length === 0 ? ['model, example_kwarg_inputs=named'] : [];
}

/** A text as a literal of Python: JSON's are that too. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** `batch` of `x:float32[batch,3,224,224]`. */
function openSizes({ dims }: InputSpec): string[] {
  return dims.filter((size) => typeof size === 'string');
}

/** `({0: batch}, None,)` where inputs have places, `{"x": {0: batch}}` where they have names. */
function dynamicShapes(given: readonly InputSpec[]): string {
  if (given.some(({ key }) => typeof key === 'string')) return dictOf(given, openPlaces);
  return `(${given.map((spec) => `${openPlaces(spec)},`).join(' ')})`;
}

function openPlaces({ dims }: InputSpec): string {
  const open = dims.flatMap((size, axis) => (typeof size === 'string' ? [`${axis}: ${size}`] : []));
  return open.length > 0 ? `{${open.join(', ')}}` : 'None';
}

function dictOf(specs: readonly InputSpec[], text: (spec: InputSpec) => string): string {
  return `{${specs.map((spec) => `${quoted(String(spec.key))}: ${text(spec)}`).join(', ')}}`;
}

/** A value of an input's type, as Python. */
function exampleOf({ dtype, dims, value }: InputSpec): string {
  if (value !== undefined) return plainValue(value);
  const sizes = dims.map((size) => (typeof size === 'number' ? size : OPEN_SIZE)).join(', ');
  if (dtype === 'float32' && sizes !== '') return `torch.randn(${sizes})`;
  const shape = dims.length === 1 ? `(${sizes},)` : `(${sizes})`;
  return `torch.${isRandom(dtype) ? 'randn' : 'zeros'}(${shape}, dtype=torch.${dtype})`;
}

function isRandom(dtype: DataType): boolean {
  return isFloat(dtype) || dtype.startsWith('complex');
}

function plainValue(value: bigint | number | boolean | string | null): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? quoted(value) : String(value);
}
