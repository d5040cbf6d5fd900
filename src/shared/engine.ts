/** The engine seen from outside: one table of calls in plain data, which the transport, the host and the panel derive from. */

/** An open model. Valid until it is closed; it survives a restart of the engine. */
export type ModelId = string;
/** A node of an open model, wherever it stands. Stable for the same file and reading. */
export type NodeId = string;
/** A value (an edge, a parameter) of an open model. */
export type ValueId = string;
/** A part of a graph that can be folded: a module, a body of a node, a stretch of a long list, or a whole graph. */
export type GroupId = string;
/** The steps of a conversion: what each pass did. Valid until several more conversions were made. */
export type StepsId = string;

/** `onnx`, `caffe:bvlc`; with an opset where the target has versions. */
export interface TargetChoice {
  readonly target: string;
  readonly opset?: number;
}

/** How a file is to be read, as the command line's READING options give it. */
export interface ReadingOptions {
  readonly from?: string;
  /** Example inputs, each as `--input` takes it: `x:float32[1,3,224,224]`. */
  readonly inputs: readonly string[];
  readonly method?: string;
  readonly prototxt?: string;
  /** Stages of a Caffe network that the rules of its layers ask for. */
  readonly stages?: readonly string[];
  /** Paths of custom-operator definitions; those found upward from the model are added by the engine. */
  readonly ops: readonly string[];
  /** Accepted approximations: `CODE` or `CODE:NODE`. */
  readonly accept: readonly string[];
}

/** What a caller may watch and stop. It is not part of the message: the transport turns it into messages of its own. */
export interface Watch {
  readonly signal?: AbortSignal;
  /** Hears what is being done now. */
  readonly report?: (title: string) => void;
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

  targets(watch?: Watch): Promise<readonly TargetRow[]>;
  /** Everything that `target` cannot take exactly. */
  problems(model: ModelId, target: TargetChoice, watch?: Watch): Promise<readonly PlacedProblem[]>;
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

/** Where in a file something is wrong. Lines and columns count from 1. */
export interface PlaceInFile {
  readonly file: string;
  readonly offset?: number;
  readonly line?: number;
  readonly column?: number;
  readonly inside?: string;
}

/** A part of a list. */
export interface Page {
  readonly offset: number;
  readonly limit: number;
}

export interface LinePage {
  /** From 1. */
  readonly first: number;
  readonly count: number;
}

export interface ModelSummary {
  readonly id: ModelId;
  readonly path: string;
  /** What the file is: `ONNX`, `TorchScript`, `PyTorch export (.pt2)`. */
  readonly format: string;
  readonly dialect: 'onnx' | 'aten' | 'caffe';
  readonly fileBytes: number;
  readonly inputs: readonly ValueSummary[];
  readonly outputs: readonly ValueSummary[];
  /** Domain to version; `ai.onnx` for the default one. */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly nodeCount: number;
  readonly parameterCount: number;
  readonly parameterBytes: number;
  /** How often each operator stands in the model, most frequent first. */
  readonly operators: readonly { readonly operator: string; readonly count: number }[];
  readonly producer: string;
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly documentation: string;
  /** The graphs that one can look at: the model's first, then its functions. */
  readonly roots: readonly { readonly group: GroupId; readonly title: string; readonly nodeCount: number }[];
  /** What was wrong already while the file was read, for whatever target. */
  readonly problems: readonly PlacedProblem[];
}

export interface ValueSummary {
  readonly id: ValueId;
  readonly name: string;
  /** `float32[1, 3, h, w]`. */
  readonly type: string;
}

/** What stands in one group: items, and edges between them and across the group's border. */
export interface GroupContent {
  readonly group: GroupId;
  readonly items: readonly GraphItem[];
  /** From item to item, both in this group; never in a circle. One for each value and reader. */
  readonly edges: readonly GraphEdge[];
  /** Values from outside that items read. */
  readonly enters: readonly { readonly value: ValueId; readonly to: string }[];
  /** Values of items that are read outside. */
  readonly leaves: readonly { readonly value: ValueId; readonly from: string; readonly label: string }[];
}

export interface GraphEdge {
  readonly value: ValueId;
  readonly from: string;
  readonly to: string;
  /** The shape, as short as can be: `1×64×56×56`. */
  readonly label: string;
}

/** `id` is unique in the model: a NodeId for nodes, a GroupId for groups. */
export type GraphItem = NodeItem | GroupItem | BorderItem;

export interface NodeItem {
  readonly kind: 'node';
  readonly id: NodeId;
  readonly name: string;
  /** `Conv`, `aten::conv2d`. */
  readonly operator: string;
  readonly category: OperatorCategory;
  /** The last part of the module's path (`conv1`), where the node is all that the module does here. */
  readonly module: string;
  /** Key hyperparameters, ready to show: `3×3`, `stride 2`. */
  readonly hyperparameters: readonly string[];
  /** Constant inputs: `weight 64×3×7×7`; of a single number, that number stands for the shape. */
  readonly parameters: readonly { readonly name: string; readonly shape: string }[];
}

export interface GroupItem {
  readonly kind: 'group';
  readonly id: GroupId;
  /** The module's path (`layer1.0`), the node's operator (`If`) or the name of its body (`then_branch`). */
  readonly title: string;
  /** The module's class, where it is known. */
  readonly subtitle: string;
  /** What it stands for: a module; a node that holds graphs; one of those graphs; a stretch of a long list. */
  readonly of: 'module' | 'node' | 'body' | 'stretch';
  /** The node, where it stands for one. */
  readonly node?: NodeId;
  /** All nodes within, at any depth. */
  readonly nodeCount: number;
}

export interface BorderItem {
  readonly kind: 'input' | 'output';
  readonly id: string;
  readonly value: ValueId;
  readonly name: string;
  readonly type: string;
}

/** What colours a node. */
export type OperatorCategory =
  | 'convolution'
  | 'linear'
  | 'normalization'
  | 'activation'
  | 'pooling'
  | 'attention'
  | 'arithmetic'
  | 'reduction'
  | 'shape'
  | 'data'
  | 'control'
  | 'quantization'
  | 'custom'
  | 'other';

export interface NodePlace {
  readonly node: NodeId;
  readonly label: string;
  /** The graph it stands in (one of the summary's roots). */
  readonly root: GroupId;
  /** The groups to unfold to see it, outermost first, without the root. */
  readonly groups: readonly GroupId[];
}

export interface SearchHit {
  readonly kind: 'node' | 'group' | 'value';
  /** The item to show: a node or a group. */
  readonly item: string;
  /** What matched: the node's name, the module's path, the tensor's name. */
  readonly text: string;
  /** The operator, or the module's class. */
  readonly detail: string;
  readonly root: GroupId;
  readonly groups: readonly GroupId[];
}

export interface SearchPage {
  readonly total: number;
  readonly hits: readonly SearchHit[];
}

export interface NodeDetails {
  readonly id: NodeId;
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  readonly overload: string;
  readonly category: OperatorCategory;
  readonly documentation: string;
  readonly attributes: readonly AttributeRow[];
  readonly inputs: readonly SlotRow[];
  readonly outputs: readonly SlotRow[];
  readonly scope: readonly { readonly path: string; readonly type: string }[];
  readonly origin: readonly SourceFrame[];
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly place: NodePlace;
}

export interface AttributeRow {
  readonly name: string;
  /** `int`, `ints`, `tensor`. */
  readonly type: string;
  /** Shortened where it is long: then `elided` says how many elements there are. */
  readonly text: string;
  readonly elided?: number;
}

/** One input or output of a node. */
export interface SlotRow {
  /** The operator's own name for it (`X`, `weight`), or its number. */
  readonly name: string;
  /** Absent where an optional input is not given. */
  readonly value?: ValueRow;
}

export interface ValueRow extends ValueSummary {
  readonly role: 'input' | 'constant' | 'computed';
  readonly producer?: NodePlace;
  /** The first few of its readers, and how many there are. */
  readonly readers: readonly NodePlace[];
  readonly readerCount: number;
  /** The first elements of a small constant: `[1, -1, 768]`. */
  readonly preview?: string;
}

/** One place in a source file. Lines and columns count from 1. */
export interface SourceFrame {
  readonly kind: 'python' | 'torchscript' | 'onnxtxt' | 'prototxt' | 'onnx';
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly function?: string;
  readonly text?: string;
}

/** What becomes of a node when its model is simplified. */
export interface NodeExplanation {
  /** Whether the model gets as far as being simplified: else its problems say why not. */
  readonly tried: boolean;
  readonly done: readonly RuleAtNode[];
  /** Those that nearly fit first. */
  readonly missed: readonly MissedRule[];
}

/** A rule that did something to a node, or nearly fits there. */
export interface RuleAtNode {
  readonly pass: string;
  readonly title: string;
  /** As in `Step`. */
  readonly graph: string;
  /** Operator and name of the node where it stands. */
  readonly node: string;
  /** Why it fits, or why it does not. */
  readonly reason: string;
}

export interface MissedRule extends RuleAtNode {
  /** Whether it nearly fits: not where of several operators only the last is there. */
  readonly near: boolean;
}

export interface TensorPage {
  readonly type: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly offset: number;
  /** Elements in row-major order, written so that they read back the same. */
  readonly elements: readonly string[];
}

export interface TextPage {
  readonly text: string;
  readonly first: number;
  readonly totalLines: number;
  /** Where each node stands that begins on these lines. */
  readonly nodes: readonly { readonly node: NodeId; readonly name: string; readonly line: number }[];
}

export interface SourceText {
  readonly entry: string;
  readonly language: 'torchscript' | 'json' | 'plaintext';
  readonly text: string;
}

export interface TargetRow {
  /** `onnx`, `caffe:opencv`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The versions that can be chosen, and the one to offer first; absent where there are none. */
  readonly opsets?: { readonly lowest: number; readonly highest: number; readonly usual: number };
}

/** One thing that a target cannot take exactly. */
export interface ProblemData {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly node?: {
    readonly name: string;
    readonly operator: string;
    readonly scope: readonly { readonly path: string; readonly type: string }[];
    readonly outputs: readonly string[];
  };
  readonly part?: ProblemPart;
  /** Where in a file that has no lines. */
  readonly filePlace?: { readonly file: string; readonly offset?: number; readonly inside?: string };
  readonly origin: readonly SourceFrame[];
  readonly target?: string;
  readonly fixes: readonly FixName[];
  readonly details: Readonly<Record<string, string>>;
}

/** Which part of a node or a model a problem is about (core/problems/part.ts). */
export type ProblemPart =
  | { readonly kind: 'node' | 'operator' | 'header' }
  | { readonly kind: 'attribute' | 'graph'; readonly name: string }
  | { readonly kind: 'input' | 'output'; readonly index: number }
  | { readonly kind: 'opset-import'; readonly domain: string; readonly function?: FunctionName }
  | {
      readonly kind: 'value';
      readonly name: string;
      readonly role: 'input' | 'output' | 'initializer' | 'value-info';
      readonly graph: string;
    }
  | { readonly kind: 'function'; readonly function: FunctionName };

export interface FunctionName {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
}

/** What a user can do about a problem. */
export type FixName =
  | 'define-custom-operator'
  | 'raise-opset'
  | 'choose-target'
  | 'give-input-shape'
  | 'export-again'
  | 'accept-inexact'
  | 'add-forward'
  | 'choose-dialect'
  | 'add-opset-import'
  | 'rename-operator'
  | 'rename-attribute'
  | 'remove-node'
  | 'insert-cast';

/** A problem and its node in an open model, where it has one. */
export interface PlacedProblem extends ProblemData {
  readonly place?: NodePlace;
  /** Its line in the model's text, from 1. */
  readonly line?: number;
}

export interface ConvertRequest {
  readonly input: string;
  readonly reading: ReadingOptions;
  readonly target: TargetChoice;
  readonly output?: string;
  readonly force: boolean;
  readonly simplify: boolean;
  /** Names of passes that are left out. */
  readonly disabled?: readonly string[];
  /** Remember it, for `steps` and `openStep`. */
  readonly explain?: boolean;
  readonly verify: boolean;
}

export type StepSide = 'before' | 'after';

/** One application of a pass. */
export interface Step {
  /** Its number in the conversion, from 1. */
  readonly step: number;
  readonly pass: string;
  /** `model`, `function acme::swish`, `model/If check/then_branch`. */
  readonly graph: string;
  readonly reason: string;
  /** The nodes and constants that it changed, and what they became: the first of them, in the order of the graph. */
  readonly before: readonly StepNode[];
  readonly after: readonly StepNode[];
  /** How many there are. */
  readonly count: Readonly<Record<StepSide, number>>;
  /** Names of nodes around them, which stayed. */
  readonly near: readonly string[];
}

export interface StepNode {
  /** Operator and name; `constant` and name. */
  readonly label: string;
  /** As ONNX text. */
  readonly text: string;
  /** By what `locate` finds it in the model of that side; empty for a constant. */
  readonly name: string;
}

export interface StepPage {
  readonly total: number;
  readonly steps: readonly Step[];
}

/** What one pass did in a whole run. */
export interface PassData {
  readonly pass: string;
  readonly title: string;
  readonly applications: number;
  readonly removed: number;
  readonly added: number;
  /** Whether it may be switched off. */
  readonly optional: boolean;
}

export interface ConvertResult {
  readonly status: 'done' | 'refused';
  /** The files that were written. */
  readonly output: readonly string[];
  readonly problems: readonly ProblemData[];
  /** What each pass did. */
  readonly passes: readonly PassData[];
  /** How many nodes the model had before and after its simplification, where that was asked for. */
  readonly simplified?: { readonly nodesBefore: number; readonly nodesAfter: number };
  /** The steps of this conversion, where the request asked for them. */
  readonly steps?: StepsId;
  /** What running both sides on the same random inputs showed, where that was asked for. */
  readonly verification?: {
    readonly reference: string;
    readonly result: string;
    /** Largest |difference| / max(|reference|, 1e-6) over all outputs. */
    readonly relativeError: number;
    readonly seed: number;
  };
  readonly seconds: number;
}

export interface DraftWish {
  /** The path of a module around the node, whose class the entry is for; else it is for the node's operator. */
  readonly module?: string;
  /** The rules for its outputs, where the user gave them. */
  readonly shapes: readonly string[];
}

export interface OperatorDraft {
  /** What the entry is for: the operator `acme::swish`, the module class `acme.Gate`. */
  readonly operator: string;
  /** The entry as graphwright.ops.json holds it. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** Whether the source records no shapes, so that the user must give a rule for each output. */
  readonly needsShape: boolean;
  /** Names that a rule may use: the inputs of the entry, and its outputs, which want a rule each. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The graphwright.ops.json that governs the model already, if there is one; else the one to make. */
  readonly file: string;
}
