/**
 * The syntax tree of ONNX text (onnx docs/Syntax.md), with where everything stands.
 *
 * A text is a row of statements: header, entries of graphs (inputs, outputs, values), nodes, functions. The `start` of a
 * statement counts from the start of the statement around it, or of the text; every other position counts from the start
 * of the statement that it is a part of. So text that grows or shrinks moves the statements behind it, not their parts,
 * and a statement can be parsed again by itself.
 *
 * What is missing in the text is undefined here, and a fault of its statement says what was expected.
 */

/** [start, end), in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is wrong at a place, and what was expected there. */
export interface SyntaxFault extends Span {
  readonly message: string;
}

export interface Statement {
  /** Changes when text before it does. */
  start: number;
  readonly length: number;
  /** How far, from its start, its parsing looked: a change before that may change the statement. */
  readonly reach: number;
  /** Lines `#@ {…}` that stand before it and say what the syntax has no place for: what is behind the `#@`. */
  readonly notes: readonly NoteSyntax[];
  /** Of this statement alone; statements within it have theirs. */
  readonly faults: readonly SyntaxFault[];
}

export interface NoteSyntax extends Span {
  readonly text: string;
}

/** A word or a string, with its quotes; `text` is what it means. Absent inputs and outputs have no text. */
export interface NameSyntax extends Span {
  readonly text: string;
}

/** What stands between two brackets. Both change when text before them does. */
export interface BlockSyntax<T> {
  start: number;
  /** Behind the closing bracket, or where it is missing. */
  end: number;
  readonly closed: boolean;
  readonly items: T[];
}

export interface TextSyntax {
  readonly header: HeaderSyntax | undefined;
  readonly graph: GraphSyntax | undefined;
  readonly functions: FunctionSyntax[];
  /** What belongs to no statement. */
  readonly faults: readonly SyntaxFault[];
}

/** `<ir_version: 8, …>`, before a model or a function. */
export interface HeaderSyntax extends Statement {
  readonly kind: 'header';
  readonly entries: readonly HeaderEntrySyntax[];
}

export interface HeaderEntrySyntax extends Span {
  readonly key: NameSyntax;
  readonly value: LiteralSyntax | PairsSyntax | undefined;
}

/** `["" : 17]`, `["key": "value"]` */
export interface PairsSyntax extends Span {
  readonly kind: 'pairs';
  readonly pairs: readonly PairSyntax[];
}

export interface PairSyntax extends Span {
  readonly key: LiteralSyntax;
  readonly value: LiteralSyntax | undefined;
}

/** The graph of a model, or within an attribute; then its positions count from the start of that node. */
export interface GraphSyntax {
  start: number;
  end: number;
  /** Lines `#@` before the name: in an attribute only, the others are those of the statement. */
  readonly notes: readonly NoteSyntax[];
  readonly name: NameSyntax | undefined;
  readonly inputs: BlockSyntax<EntrySyntax> | undefined;
  readonly outputs: BlockSyntax<EntrySyntax> | undefined;
  /** `<…>`: initializers, and types of values in between. */
  readonly values: BlockSyntax<EntrySyntax> | undefined;
  readonly nodes: BlockSyntax<NodeSyntax> | undefined;
  readonly faults: readonly SyntaxFault[];
}

export type EntryKind = 'input' | 'output' | 'value';

/** One of the inputs, outputs or values of a graph or function, with the comma behind it. */
export interface EntrySyntax extends Statement {
  readonly kind: EntryKind;
  readonly type: TypeSyntax | undefined;
  readonly name: NameSyntax | undefined;
  /** The elements of an initializer, or of the default of an input. */
  readonly data: DataSyntax | undefined;
}

/** `[label] outputs = operator <attributes> (inputs)` */
export interface NodeSyntax extends Statement {
  readonly kind: 'node';
  /** Where it begins behind its notes. */
  readonly head: number;
  readonly label: LabelSyntax | undefined;
  readonly outputs: readonly NameSyntax[];
  readonly operator: OperatorSyntax | undefined;
  readonly attributes: AttributesSyntax | undefined;
  readonly inputs: NamesSyntax | undefined;
}

/** `[name]`; `[]` has an empty one. */
export interface LabelSyntax extends Span {
  readonly name: NameSyntax;
}

/** `Conv`, `com.acme.Swish`, `aten.add:Tensor` */
export interface OperatorSyntax extends Span {
  readonly domain: readonly NameSyntax[];
  readonly name: NameSyntax;
  readonly overload: NameSyntax | undefined;
}

/** `(a, , b)` */
export interface NamesSyntax extends Span {
  readonly names: readonly NameSyntax[];
}

/** `<axis = 1, …>` */
export interface AttributesSyntax extends Span {
  readonly items: readonly AttributeSyntax[];
}

export interface AttributeSyntax extends Span {
  readonly name: NameSyntax;
  /** The word behind the colon. */
  readonly type: NameSyntax | undefined;
  readonly value: ValueSyntax | undefined;
}

export type ValueSyntax =
  | LiteralSyntax
  | ListSyntax
  | ReferenceSyntax
  | TypeSyntax
  | TensorSyntax
  | SparseSyntax
  | GraphValueSyntax;

/** `text` is what stands there; of a string what is between its quotes, unescaped; of `bytes` their hexadecimal digits. */
export interface LiteralSyntax extends Span {
  readonly kind: 'integer' | 'float' | 'string' | 'bytes' | 'word';
  readonly text: string;
}

export interface ListSyntax extends Span {
  readonly kind: 'list';
  readonly items: readonly ValueSyntax[];
}

/** `@name`: the attribute of the function that the node stands in. */
export interface ReferenceSyntax extends Span {
  readonly kind: 'reference';
  readonly name: NameSyntax | undefined;
}

/** `float[2] name {1, 2}` */
export interface TensorSyntax extends Span {
  readonly kind: 'tensor-value';
  readonly type: TypeSyntax;
  readonly name: NameSyntax | undefined;
  readonly data: DataSyntax | undefined;
}

/** `sparse_tensor(float[3, 3]) {float[2] {…}, int64[2] {…}}`: values and indices. */
export interface SparseSyntax extends Span {
  readonly kind: 'sparse-value';
  readonly type: TypeSyntax;
  readonly name: NameSyntax | undefined;
  readonly data: SparseDataSyntax;
}

export interface GraphValueSyntax extends Span {
  readonly kind: 'graph-value';
  readonly graph: GraphSyntax;
}

/** What a tensor holds: its elements, which are read out of the text when wanted, pairs that say where they are, or both parts of a sparse one. */
export type DataSyntax = ElementsSyntax | PairsSyntax | SparseDataSyntax;

/** `{1, 2, …}`, from brace to brace. */
export interface ElementsSyntax extends Span {
  readonly kind: 'elements';
  readonly count: number;
  /** Whether nothing is wrong between the braces. */
  readonly whole: boolean;
}

export interface SparseDataSyntax extends Span {
  readonly kind: 'sparse-data';
  readonly values: TensorSyntax | undefined;
  readonly indices: TensorSyntax | undefined;
}

export type TypeSyntax = Span & { readonly word: NameSyntax } & (
    | { readonly kind: 'tensor'; readonly dims: DimsSyntax | undefined }
    /** `sparse_tensor(…)`, `seq(…)`, `optional(…)` */
    | { readonly kind: 'container'; readonly element: TypeSyntax | undefined }
    | { readonly kind: 'map'; readonly key: NameSyntax | undefined; readonly element: TypeSyntax | undefined }
    | { readonly kind: 'opaque'; readonly names: readonly NameSyntax[] }
  );

/** `[N, 3, ?]`; `[]` stands for an unknown rank, none at all for a scalar. */
export interface DimsSyntax extends Span {
  readonly items: readonly DimSyntax[];
}

export interface DimSyntax extends NameSyntax {
  readonly kind: 'size' | 'symbol' | 'unknown';
}

/** `<header> name <attributes> (inputs) => (outputs) <values> {nodes}`; its statements count from its start. */
export interface FunctionSyntax extends Statement {
  readonly kind: 'function';
  readonly header: HeaderSyntax | undefined;
  /** Names of attributes, and attributes with their defaults. */
  readonly attributes: AttributesSyntax | undefined;
  /** Everything else of it. */
  readonly graph: GraphSyntax;
}

export const NO_FAULTS: readonly SyntaxFault[] = [];
export const NO_NOTES: readonly NoteSyntax[] = [];
