/**
 * What Graphwright and its helper in the user's Python (python/graphwright_capture) say to each other: one JSON object on
 * the helper's standard input, then one JSON object a line on its standard output. All that the program itself prints is
 * taken to standard error by the helper before anything of the program is imported.
 */

/** What the helper is to do. `probe` and `describe` import nothing of the user's program. */
export type HelperRequest =
  | { readonly do: 'probe' }
  | { readonly do: 'describe'; readonly file: string }
  | ({ readonly do: 'inputs' } & Build)
  | ({ readonly do: 'capture' } & Build & Capture);

/** Which program, and how it is built. */
export interface Build {
  /** The .py file, absolute; absent where `module` is an installed module such as `torchvision.models`. */
  readonly file?: string;
  readonly module?: string;
  /** A class, a function or a module object by its name in the module: `Net`, `make_model`, `Outer.Net`. */
  readonly name: string;
  /** Arguments of the class or function, as Python literals by name (`{ "num_classes": "10" }`); `*` lists those by position. */
  readonly arguments: Readonly<Record<string, string>>;
  /** What the program finds as sys.argv[1:]. */
  readonly argv: readonly string[];
  /** A file with a state_dict, absolute. */
  readonly weights?: string;
  /** Take weights of which some are missing or left over. */
  readonly acceptWeights: boolean;
  /** Let the file of weights run what it says while it is loaded, as pickles do. */
  readonly trustWeights: boolean;
  /** Classes and functions that become one node each. */
  readonly operators: readonly HelperOperator[];
  /** Bytes that the process may use. */
  readonly memory: number;
  /** How long it may take. */
  readonly seconds: number;
  readonly seed: number;
}

/** An operator of graphwright.ops.json, as the helper wraps it. */
export interface HelperOperator {
  readonly kind: 'function' | 'module';
  /** The dotted Python name of the function, autograd Function or module class. */
  readonly python: string;
  /** The torch.library operator that stands for its calls: `graphwright::acme_net_swish`. */
  readonly operator: string;
  /** The file and line of the entry, for messages. */
  readonly entry: string;
  readonly inputs: readonly { readonly name: string; readonly optional: boolean }[];
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly default?: unknown }[];
  /** `dtype` is a type such as `float32` or an input's name; `shape` an input's name, `broadcast(a, b)` or sizes. */
  readonly outputs: readonly {
    readonly name: string;
    readonly dtype?: string;
    readonly shape?: string | readonly string[];
  }[];
}

/** What is captured, and how. */
export interface Capture {
  /** As on the command line: `x:float32[batch,3,224,224]`, `0:int64[1,16]`, `flag=true`; none takes what the program offers. */
  readonly inputs: readonly string[];
  /** The file to write, absolute, without its extension: `.pt2` or `.pt` is added by what succeeded. */
  readonly output: string;
  /** What to try, in order. */
  readonly ways: readonly CaptureWay[];
  /** Take a trace of a program whose way depends on its data. */
  readonly acceptTrace: boolean;
  /** Also write what the program itself gives for two sets of inputs, for a comparison: `<output>.reference/`. */
  readonly reference: boolean;
}

export type CaptureWay = 'export' | 'script' | 'trace';

/** What the helper tells, one a line. Exactly one of `result` and `failure` is the last of a run that was not killed. */
export type HelperEvent =
  | { readonly event: 'hello'; readonly python: string; readonly torch: string | null; readonly executable: string }
  | { readonly event: 'step'; readonly title: string }
  | { readonly event: 'note'; readonly note: HelperNote }
  /** What PyTorch itself said of a way that failed: for a log. */
  | { readonly event: 'words'; readonly text: string }
  | { readonly event: 'result'; readonly result: unknown }
  | { readonly event: 'failure'; readonly failure: HelperFailure };

/** Something that the user should know of a capture that goes on. */
export interface HelperNote {
  readonly kind:
    | 'arguments-taken'
    | 'inputs-taken'
    | 'weights-loaded'
    | 'weights-missing'
    | 'weights-left-over'
    | 'way-failed'
    | 'trace-warning'
    | 'eval-mode'
    | 'half-run-as-float'
    | 'parameter-left-out'
    | 'operator-not-found'
    | 'outputs-left-out'
    | 'parameters-changed'
    | 'no-memory-limit';
  readonly text: string;
  readonly frames: readonly HelperFrame[];
  /** What fills the words of a problem that has more than a text. */
  readonly details?: Readonly<Record<string, string>>;
}

/** Why a capture ended. The kinds are rows of failures.ts, which has words and a next step for each. */
export interface HelperFailure {
  readonly kind: string;
  /** What Python said, in its own words: the last line of the exception. */
  readonly reason: string;
  /** What fills the words of the row. */
  readonly details: Readonly<Record<string, string>>;
  /** The user's frames, the deepest first; frames of torch and of installed packages are left out where any of theirs is there. */
  readonly frames: readonly HelperFrame[];
  /** Functions around the place, which a custom operator could stand for: the deepest first. */
  readonly candidates: readonly OperatorCandidate[];
}

export interface HelperFrame {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly function: string;
}

/** A function, autograd Function or module class of the user's, as calls of it were seen. */
export interface OperatorCandidate extends OperatorCall {
  readonly kind: 'function' | 'module';
  readonly python: string;
  /** The calls by themselves; inputs and attributes of the candidate are those that some of them have. */
  readonly calls?: readonly OperatorCall[];
}

export interface OperatorCall {
  readonly inputs: readonly {
    readonly name: string;
    readonly optional: boolean;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly value: unknown }[];
  readonly outputs: readonly { readonly dtype: string; readonly shape: readonly number[] }[];
}

/** The answer to `describe`: what a file defines, read without importing it. */
export interface ProgramDescription {
  /** Dotted name under which the file is imported, and the folder that is put on the path. */
  readonly module: string;
  readonly root: string;
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
  readonly parameters: readonly { readonly name: string; readonly annotation?: string; readonly default?: string }[];
  /** Of `forward`, for a class. */
  readonly forward: readonly { readonly name: string; readonly annotation?: string; readonly default?: string }[];
  /** The first line of the docstring. */
  readonly summary?: string;
}

/** The answer to `inputs`: what the built model takes, guessed from its signature, its docstring and its first layers. */
export interface InputGuesses {
  readonly guesses: readonly { readonly name: string; readonly guess: string; readonly from: string }[];
}

/** The answer to `probe`. */
export interface PythonFacts {
  readonly torch: string;
  /** The ways of capturing that this PyTorch has. */
  readonly ways: readonly CaptureWay[];
}

/** `index.json` in the folder of a reference: two calls, the tensors of each in the order of the graph's. */
export interface ReferenceIndex {
  readonly sets: readonly { readonly inputs: readonly StoredTensor[]; readonly outputs: readonly StoredTensor[] }[];
  /** Buffers that a call changes, as they are before the first: a graph takes them as inputs. */
  readonly states: readonly ({ readonly name: string } & StoredTensor)[];
}

/** A tensor's elements, packed and little-endian, in a file of the same folder. */
export interface StoredTensor {
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** The answer to `capture`. */
export interface CaptureOutcome {
  readonly file: string;
  readonly way: CaptureWay;
  readonly inputs: readonly string[];
  readonly torch: string;
  readonly weights?: {
    readonly loaded: number;
    readonly missing: readonly string[];
    readonly leftOver: readonly string[];
  };
  readonly reference?: string;
  /** What the helper wrapped and saw called: torch.library operator and how often. */
  readonly operators: readonly { readonly operator: string; readonly calls: number }[];
}
