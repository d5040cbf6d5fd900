/** Live capture: the user's own Python program, what it defines and takes, and what came of capturing it. */
import type { ProblemData } from './problems.ts';

/** A program and the interpreter that runs it. */
export interface PythonProgram {
  /** The interpreter's executable. */
  readonly python: string;
  /** The folder that it runs in. */
  readonly folder: string;
  /** The .py file, absolute; absent where `module` is an installed module such as `torchvision.models`. */
  readonly file?: string;
  readonly module?: string;
  /** A class, a function or a module object, as the module knows it: `Net`, `Outer.Net`, `make_model`. */
  readonly name: string;
  /** Python literals by name; `*` lists those by position. */
  readonly arguments: Readonly<Record<string, string>>;
  /** What the program finds as sys.argv[1:]. */
  readonly argv: readonly string[];
  /** A file with a state_dict, absolute. */
  readonly weights?: string;
  /** The file that the user works with: custom operators are looked for upward from it. */
  readonly about: string;
  /** Codes of problems that the user takes. */
  readonly accept: readonly string[];
  /** Seconds and bytes that it may take. */
  readonly seconds?: number;
  readonly memory?: number;
}

export interface CaptureRequest extends PythonProgram {
  /** As `--input` takes them; none takes what the program offers. */
  readonly inputs: readonly string[];
  /** The file to write, absolute, without its ending: that follows from how it is captured. */
  readonly output: string;
  /** Also write what the program itself gives, for a comparison. */
  readonly reference: boolean;
}

/** What a file defines, read without importing it. */
export interface ProgramDescription {
  readonly choices: readonly ProgramChoice[];
  /** Whether the file has a function `graphwright_inputs`. */
  readonly offersInputs: boolean;
}

export interface ProgramChoice {
  readonly kind: 'class' | 'function' | 'object';
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** For a class: whether it is a torch.nn.Module, as far as the file tells. */
  readonly isModule: boolean;
  readonly parameters: readonly PythonParameter[];
  /** The first line of the docstring. */
  readonly summary?: string;
}

export interface PythonParameter {
  readonly name: string;
  readonly annotation?: string;
  readonly default?: string;
}

/** One input, as `--input` takes it, and where that is from. */
export interface InputGuess {
  readonly name: string;
  readonly guess: string;
  readonly from: string;
}

/** A function, autograd Function or module class of the user's, as a call of it was seen. */
export interface OperatorCandidate {
  readonly kind: 'function' | 'module';
  readonly python: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly optional: boolean;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly value: unknown }[];
  readonly outputs: readonly { readonly dtype: string; readonly shape: readonly number[] }[];
}

/** Why the program was not captured, or what should be known of it: the places are lines of the user's. */
export interface CaptureProblem extends ProblemData {
  /** What a custom operator could stand for, the deepest first. */
  readonly candidates?: readonly OperatorCandidate[];
}

/** What Python said to a question, and what is to be told of that; no answer where one of the problems is an error. */
export interface PythonAnswer<T> {
  readonly answer?: T;
  readonly problems: readonly CaptureProblem[];
}

/** A program that was captured. */
export interface Captured {
  /** The archive: a .pt2 of torch.export, or a .pt of TorchScript. */
  readonly file: string;
  readonly way: 'export' | 'script' | 'trace';
  /** As `--input` takes them. */
  readonly inputs: readonly string[];
  /** The version of PyTorch. */
  readonly torch: string;
  /** The folder of what the program itself gave, where that was asked for. */
  readonly reference?: string;
}
