/**
 * Programs and interpreters that cannot be captured, each with the problem that the user sees. A line that the problem must
 * point at ends with `# here` in its program.
 */
import type { InputErrorCode } from '../../../src/core/ir/errors.ts';
import type { ProblemCode } from '../../../src/core/problems/codes.ts';

export interface BadCase {
  /** As on the command line; files are in `bad/`, or in `programs/` where they say so. */
  readonly program: string;
  /** What is wrong. */
  readonly style: string;
  readonly code: ProblemCode | InputErrorCode;
  /** The problem in PyTorch without torch.export, where it is another; null where such PyTorch finds none. */
  readonly withoutExport?: ProblemCode | null;
  /** The file of which a line marked `# here` is named first; undefined where the problem is on no line. */
  readonly at?: string;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly inputs?: readonly string[];
  /** A file of weights.py. */
  readonly weights?: string;
  /** Another interpreter than the suite's. */
  readonly python?: BadPython;
  /** How long it may take on a machine that has nothing else to do. */
  readonly seconds?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly sample?: true;
}

/** Interpreters of which something is wrong, as broken-pythons.ts makes them. */
export type BadPython =
  | 'no such file'
  | 'a folder'
  | 'a text'
  | 'another program'
  | 'a program that says nothing'
  | 'without torch'
  | 'torch that raises'
  | 'torch of old'
  | 'an empty torch';

const WEIGHTS = { program: 'programs/classifier.py:Classifier', inputs: ['x:float32[1,3,32,32]'] };
const PLAIN = { program: 'programs/argparse_main.py:Net', arguments: { hidden: '4' }, inputs: ['x:float32[1,12]'] };

export const BAD: readonly BadCase[] = [
  // Importing.
  {
    program: 'missing_import.py:Net',
    style: 'imports what is not there',
    code: 'import-missing',
    at: 'missing_import.py',
    sample: true,
  },
  { program: 'syntax_error.py:Net', style: 'is no Python', code: 'program-not-imported', at: 'syntax_error.py' },
  {
    program: 'raising/model.py:Net',
    style: 'fails deep down on import',
    code: 'program-not-imported',
    at: 'raising/deep.py',
  },
  { program: 'no_such_file.py:Net', style: 'a file that is not there', code: 'file-missing' },
  { program: 'asks.py:Net', style: 'asks for input', code: 'program-not-imported', at: 'asks.py' },
  {
    program: 'needs_options.py:Net',
    style: 'needs an option that is not given',
    code: 'program-exits',
    at: 'needs_options.py',
  },
  { program: 'exits_on_import.py:Net', style: 'sys.exit on import', code: 'program-exits', at: 'exits_on_import.py' },

  // Time and output.
  {
    program: 'trains_on_import.py:Net',
    style: 'trains on import',
    code: 'capture-timed-out',
    at: 'trains_on_import.py',
    seconds: 10,
    sample: true,
  },
  {
    program: 'print_flood.py:Net',
    style: 'prints without end',
    code: 'capture-timed-out',
    at: 'print_flood.py',
    seconds: 10,
  },
  {
    program: 'endless_forward.py:Net',
    style: 'an endless loop deaf to signals',
    code: 'capture-timed-out',
    at: 'endless_forward.py',
    inputs: ['x:float32[2]'],
    seconds: 10,
  },

  // The end of the process.
  {
    program: 'exits.py:InForward',
    style: 'sys.exit in forward',
    code: 'program-exits',
    at: 'exits.py',
    inputs: ['x:float32[2]'],
  },
  { program: 'exits.py:at_once', style: 'os._exit', code: 'program-exits' },
  { program: 'exits.py:killed', style: 'killed, as a system without memory does', code: 'capture-out-of-memory' },
  {
    program: 'crashes.py:Net',
    style: 'a crash in C',
    code: 'capture-died',
    at: 'crashes.py',
    inputs: ['x:float32[2]'],
    sample: true,
  },

  // Memory.
  {
    program: 'memory.py:Big',
    style: '8 GB of weights in 4 GB',
    code: 'capture-out-of-memory',
    at: 'memory.py',
    memory: 4e9,
  },
  {
    program: 'memory.py:Growing',
    style: 'memory that grows',
    code: 'capture-out-of-memory',
    at: 'memory.py',
    inputs: ['x:float32[2]'],
    memory: 2e9,
  },

  // Devices.
  { program: 'cuda_only.py:InInit', style: 'a model that needs CUDA', code: 'device-missing', at: 'cuda_only.py' },
  {
    program: 'cuda_only.py:InForward',
    style: 'a forward that needs CUDA',
    code: 'device-missing',
    at: 'cuda_only.py',
    inputs: ['x:float32[4]'],
  },

  // Building.
  { program: 'programs/argparse_main.py:Nett', style: 'a name that is not there', code: 'program-name-missing' },
  { program: 'wrong_shapes.py:nothing', style: 'a function that gives nothing', code: 'no-module-built' },
  {
    program: 'wrong_shapes.py:recursive',
    style: 'a function that calls itself',
    code: 'program-not-built',
    at: 'wrong_shapes.py',
  },
  {
    program: 'programs/argparse_main.py:Net',
    style: 'arguments that are missing',
    code: 'arguments-missing',
    at: 'programs/argparse_main.py',
  },
  {
    program: 'wrong_shapes.py:Net',
    style: 'an argument that it refuses',
    code: 'program-not-built',
    at: 'wrong_shapes.py',
    arguments: { width: '200' },
  },

  // Weights.
  {
    ...WEIGHTS,
    style: 'weights of other sizes',
    weights: 'wrong-classes.pth',
    code: 'weights-do-not-fit',
    sample: true,
  },
  { ...WEIGHTS, style: 'weights that are missing', weights: 'incomplete.pth', code: 'weights-do-not-fit' },
  { ...WEIGHTS, style: 'weights of another model', weights: 'other-model.pth', code: 'weights-do-not-fit' },
  { ...WEIGHTS, style: 'a file without weights', weights: 'no-weights.pth', code: 'weights-unreadable' },
  { ...WEIGHTS, style: 'weights that are a text', weights: 'text.pth', code: 'weights-unreadable' },
  { ...WEIGHTS, style: 'weights that are not there', weights: 'no-such.pth', code: 'file-missing' },
  { ...WEIGHTS, style: 'a whole pickled model', weights: 'whole-model.pth', code: 'weights-unreadable' },

  // Inputs.
  {
    program: 'wrong_shapes.py:Net',
    style: 'inputs that do not fit',
    code: 'program-fails',
    at: 'wrong_shapes.py',
    inputs: ['x:float32[2,5]'],
  },
  {
    program: 'wrong_shapes.py:Net',
    style: 'an input that it does not have',
    code: 'inputs-unknown',
    inputs: ['z:float32[2,4]'],
  },
  {
    program: 'fixed_size.py:Columns',
    style: 'an open size with which it cannot run',
    code: 'program-fails',
    at: 'fixed_size.py',
    inputs: ['x:float32[n,6]'],
  },
  {
    program: 'fixed_size.py:Rows',
    style: 'an open size that it fixes',
    code: 'size-fixed',
    withoutExport: null,
    inputs: ['x:float32[n,6]'],
  },

  // What cannot be captured.
  {
    program: 'data_choice.py:Net',
    style: 'a choice by data that no way keeps',
    code: 'capture-depends-on-data',
    withoutExport: 'trace-depends-on-data',
    at: 'data_choice.py',
    inputs: ['x:float32[3]'],
  },
  {
    program: 'leaves_for_python.py:Net',
    style: "Python's own library in forward, for which nothing stands",
    code: 'capture-depends-on-data',
    withoutExport: 'trace-depends-on-data',
    at: 'leaves_for_python.py',
    inputs: ['x:float32[2,5]'],
    sample: true,
  },

  {
    program: 'complex_inputs.py:Rotate',
    style: 'complex numbers in and out',
    code: 'unsupported-attribute',
    at: 'complex_inputs.py',
    inputs: ['signal:complex64[3,4]'],
  },

  // The interpreter.
  { ...PLAIN, style: 'a Python that is not there', python: 'no such file', code: 'python-unusable', sample: true },
  { ...PLAIN, style: 'a folder as Python', python: 'a folder', code: 'python-unusable' },
  { ...PLAIN, style: 'a text as Python', python: 'a text', code: 'python-unusable' },
  { ...PLAIN, style: 'another program as Python', python: 'another program', code: 'python-unusable' },
  { ...PLAIN, style: 'a program that says nothing', python: 'a program that says nothing', code: 'python-unusable' },
  { ...PLAIN, style: 'a Python without PyTorch', python: 'without torch', code: 'torch-missing', sample: true },
  { ...PLAIN, style: 'a PyTorch that is broken', python: 'torch that raises', code: 'torch-unusable', sample: true },
  { ...PLAIN, style: 'a PyTorch that is too old', python: 'torch of old', code: 'torch-unusable' },
  { ...PLAIN, style: 'a PyTorch that is empty', python: 'an empty torch', code: 'torch-unusable' },
];
