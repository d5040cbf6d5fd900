/** The engine seen from outside: one table of calls in plain data, which the transport, the host and the panel derive from. */
import type {
  Captured,
  CaptureRequest,
  InputGuess,
  ProgramDescription,
  PythonAnswer,
  PythonProgram,
} from './capture.ts';
import type { ConvertRequest, ConvertResult, DomainVersions, StepPage, StepSide, TargetRow } from './conversion.ts';
import type { DraftWish, OperatorDraft } from './draft.ts';
import type { GroupContent, ModelSummary, NodePlace, SearchPage } from './graph.ts';
import type {
  GroupId,
  ModelId,
  NodeId,
  Page,
  PlaceInFile,
  ReadingOptions,
  StepsId,
  TargetChoice,
  ValueId,
} from './identifiers.ts';
import type { NodeDetails, NodeExplanation, TensorPage } from './node.ts';
import type { PlacedProblem, TargetTable } from './problems.ts';
import type { LinePage, SourceText, TextPage } from './text.ts';

/** What a caller may watch and stop. It is not part of the message: the transport turns it into messages of its own. */
export interface Watch {
  readonly signal?: AbortSignal;
  /** Hears what is being done now. */
  readonly report?: (title: string) => void;
  /** Hears what a program of the user's prints, some lines at a time. */
  readonly print?: (lines: string) => void;
}

/** Every call of the engine. Arguments and results are plain data; each may be watched and cancelled. */
export interface EngineCalls {
  open(path: string, reading: ReadingOptions, watch?: Watch): Promise<ModelSummary>;
  close(model: ModelId, watch?: Watch): Promise<void>;

  /** What the given groups hold, in the order asked for. */
  groups(model: ModelId, groups: readonly GroupId[], watch?: Watch): Promise<readonly GroupContent[]>;
  /** Which groups below (and with) `root` to unfold, outermost first, so that at most `budget` items are visible. */
  unfolding(model: ModelId, root: GroupId, budget: number, watch?: Watch): Promise<readonly GroupId[]>;
  /** Nodes, modules and values whose name or operator has every word of `query`, in graph order. */
  search(model: ModelId, query: string, page: Page, watch?: Watch): Promise<SearchPage>;
  /** Where a node stands: by its id, its name, or the name of one of its outputs. Undefined where there is none. */
  locate(model: ModelId, name: string, watch?: Watch): Promise<NodePlace | undefined>;
  node(model: ModelId, node: NodeId, watch?: Watch): Promise<NodeDetails>;
  tensor(model: ModelId, value: ValueId, page: Page, watch?: Watch): Promise<TensorPage>;
  /** What simplification on the way to a target does to a node, and why rules that nearly fit there do not. */
  explain(model: ModelId, node: NodeId, target: TargetChoice, watch?: Watch): Promise<NodeExplanation>;

  /** The model as ONNX text (of its own dialect). Lines count from 1; without a page, all of it. */
  text(model: ModelId, page: LinePage | undefined, watch?: Watch): Promise<TextPage>;
  /** A source file inside the model's archive, as a frame of kind `torchscript` names it. */
  source(model: ModelId, entry: string, watch?: Watch): Promise<SourceText>;

  /** What a file can become: with what lies beside it or above. */
  targets(path: string | undefined, watch?: Watch): Promise<readonly TargetRow[]>;
  /** The versions of ai.onnx.ml that a model can be written in; undefined where none of its nodes is of that domain. */
  domainVersions(model: ModelId, watch?: Watch): Promise<DomainVersions | undefined>;
  /** Everything that `target` cannot take exactly. */
  problems(model: ModelId, target: TargetChoice, watch?: Watch): Promise<readonly PlacedProblem[]>;
  /** Which opsets and which targets can take a model, and why not the others. */
  targetTable(model: ModelId, watch?: Watch): Promise<TargetTable>;
  /** Converts a file, written whole or not at all. */
  convert(request: ConvertRequest, watch?: Watch): Promise<ConvertResult>;
  /** What one pass of a conversion did, in order. */
  steps(steps: StepsId, pass: string, page: Page, watch?: Watch): Promise<StepPage>;
  /** Opens the model as it was just before or after a step, in the dialect and at the opset of that moment. */
  openStep(steps: StepsId, step: number, side: StepSide, watch?: Watch): Promise<ModelSummary>;
  /**
   * An entry for graphwright.ops.json, filled from what the graph knows about the operator of a node, or about the class
   * of a module around it.
   */
  draftOperator(model: ModelId, node: NodeId, wish: DraftWish, watch?: Watch): Promise<OperatorDraft>;

  /** What a Python file defines: an interpreter reads it, and imports nothing of it. */
  describeProgram(
    program: Pick<PythonProgram, 'python' | 'folder'> & { readonly file: string },
    watch?: Watch,
  ): Promise<PythonAnswer<ProgramDescription>>;
  /** Imports and builds a program, and says what it is likely to take. */
  guessInputs(program: PythonProgram, watch?: Watch): Promise<PythonAnswer<readonly InputGuess[]>>;
  /** Runs a program, and writes an archive of what it does. */
  capture(request: CaptureRequest, watch?: Watch): Promise<PythonAnswer<Captured>>;
}

export type EngineCall = keyof EngineCalls;

/** Arguments of a call of a table as they are sent: without the watch. */
export type ArgumentsOf<Table, C extends keyof Table> = Table[C] extends (...args: infer A) => unknown
  ? WithoutWatch<A>
  : never;

export type ResultOf<Table, C extends keyof Table> = Table[C] extends (...args: never) => Promise<infer R> ? R : never;

export type CallArguments<C extends EngineCall> = ArgumentsOf<EngineCalls, C>;

export type CallResult<C extends EngineCall> = ResultOf<EngineCalls, C>;

type WithoutWatch<A extends readonly unknown[]> = Required<A> extends [...infer Rest, Watch] ? Rest : never;

/** Why a call failed: the input is bad, the caller stopped it, the engine died, or we have a fault. */
export type Failure =
  | {
      readonly kind: 'input';
      readonly code: string;
      readonly message: string;
      readonly place?: PlaceInFile;
      readonly next?: string;
    }
  | { readonly kind: 'cancelled'; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string; readonly stack?: string };
