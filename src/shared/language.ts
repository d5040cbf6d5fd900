/**
 * What an editor asks about an ONNX text or a Caffe network that is open in it. The engine keeps each document in step by its changes, so
 * that an answer costs what an edit touched. Lines and characters count from 0, characters in UTF-16 units, as in VS Code.
 */
import type { Watch } from './engine.ts';
import type { NodePlace } from './graph.ts';
import type { TargetChoice } from './identifiers.ts';
import type { ProblemData } from './problems.ts';

/** The address of a document, as the editor writes it. */
export type DocumentId = string;

export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** Puts text in the place of a range. */
export interface TextEdit {
  readonly range: TextRange;
  readonly text: string;
}

/** A document that the engine is to follow. */
export interface OpenedDocument {
  readonly text: string;
  /** The file on disk: the text itself, or the binary that it was made from. Data in other files lies beside it. */
  readonly path: string;
  /** ONNX text where nothing is said. */
  readonly language?: TextLanguage;
  /** Of a Caffe network: the dialect that the user has chosen. */
  readonly dialect?: string | undefined;
}

/** What the editor calls the languages that the engine follows. */
export type TextLanguage = 'onnx-text' | 'caffe-prototxt';

/** A problem where it stands in the text. */
export interface TextProblem extends ProblemData {
  readonly range: TextRange;
  /** Other places that belong to it: where a name was given first, say. */
  readonly related: readonly { readonly range: TextRange; readonly message: string }[];
}

/** Problems of the text as it was at `version`. */
export interface TextProblems {
  readonly version: number;
  /** Whether the text is a model at all: other tools have files of that ending. */
  readonly isModel: boolean;
  readonly problems: readonly TextProblem[];
}

/** Markdown, and what it is about. */
export interface HoverText {
  readonly range: TextRange;
  readonly markdown: string;
}

export interface CompletionItem {
  readonly label: string;
  readonly kind: 'operator' | 'attribute' | 'value' | 'type' | 'enum' | 'key' | 'domain' | 'function';
  /** Short, beside the label: a type or a version. */
  readonly detail?: string;
  readonly markdown?: string;
  /** What to insert, where it is not the label; `${1:name}` are places to fill. */
  readonly snippet?: string;
  /** Replaced by what is inserted. */
  readonly range: TextRange;
  /** Sorts before others with a larger text. */
  readonly order?: string;
}

export interface SignatureText {
  readonly label: string;
  readonly markdown: string;
  /** Where in the label each parameter stands, as [start, end). */
  readonly parameters: readonly { readonly span: readonly [number, number]; readonly markdown: string }[];
  readonly active: number;
}

export interface OutlineItem {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'graph' | 'function' | 'node' | 'input' | 'output' | 'initializer';
  readonly range: TextRange;
  readonly nameRange: TextRange;
  readonly children: readonly OutlineItem[];
}

export interface Highlight {
  readonly range: TextRange;
  readonly kind: 'read' | 'write';
}

/** The type of a value, shown behind its name. */
export interface InlayText {
  readonly position: TextPosition;
  readonly text: string;
  readonly markdown?: string;
}

/** A change of the text that mends a problem. */
export interface TextFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Which problems it mends: their ranges and codes. */
  readonly mends: readonly { readonly code: string; readonly range: TextRange }[];
  readonly preferred: boolean;
  readonly effects?: FixEffects;
}

/** What a fix does beside the text, after it. */
export interface FixEffects {
  /** Files that are written, or written anew. */
  readonly files?: readonly { readonly path: string; readonly text: string }[];
  /** The dialect that a Caffe network is read as from then on; empty where the user is to choose one. */
  readonly dialect?: string;
}

/** What is wrong at a place of a graphwright.ops.json. */
export interface OpsFault {
  readonly range: TextRange;
  readonly code: string;
  readonly message: string;
  /** What can be written there instead, where one word was meant. */
  readonly suggested?: string;
}

/** A rewrite rule of such a file, by its name and where that stands. */
export interface OpsRule {
  readonly name: string;
  readonly range: TextRange;
}

/** What a rule came to on small random models. */
export interface RuleTest extends OpsRule {
  readonly result: 'agrees' | 'differs' | 'untested' | 'endless';
  /** In a line. */
  readonly summary: string;
  /** The model on which it fails, before and after, as ONNX text. */
  readonly example?: string;
}

/** Kinds and modifiers of semantic tokens, by their index. */
export const TOKEN_KINDS = [
  'operator',
  'attribute',
  'value',
  'initializer',
  'input',
  'type',
  'function',
  'domain',
  'key',
] as const;
export const TOKEN_MODIFIERS = ['definition', 'deprecated', 'unused', 'output'] as const;

/** What a text is checked against. */
export interface TextTarget extends TargetChoice {
  /** Approximations that the user takes: `CODE` or `CODE:NODE`. */
  readonly accept?: readonly string[];
}

export interface LanguageCalls {
  openDocument(document: DocumentId, opened: OpenedDocument, version: number, watch?: Watch): Promise<void>;
  /** The changes of one version, in the order in which they are to be applied. */
  changeDocument(document: DocumentId, changes: readonly TextEdit[], version: number, watch?: Watch): Promise<void>;
  closeDocument(document: DocumentId, watch?: Watch): Promise<void>;

  /** Syntax, names, types and shapes: what `check` finds. */
  textProblems(document: DocumentId, watch?: Watch): Promise<TextProblems>;
  /** What a target does not take of the text as it stands; empty where the text itself has errors. */
  targetProblems(document: DocumentId, target: TextTarget, watch?: Watch): Promise<TextProblems>;
  textFixes(document: DocumentId, range: TextRange, watch?: Watch): Promise<readonly TextFix[]>;

  hover(document: DocumentId, position: TextPosition, watch?: Watch): Promise<HoverText | undefined>;
  complete(document: DocumentId, position: TextPosition, watch?: Watch): Promise<readonly CompletionItem[]>;
  signature(document: DocumentId, position: TextPosition, watch?: Watch): Promise<SignatureText | undefined>;
  definition(document: DocumentId, position: TextPosition, watch?: Watch): Promise<TextRange | undefined>;
  /** Every place that reads or makes what the position names. */
  references(document: DocumentId, position: TextPosition, watch?: Watch): Promise<readonly Highlight[]>;
  /** The name that would be renamed; undefined where there is none. */
  renameTarget(document: DocumentId, position: TextPosition, watch?: Watch): Promise<TextRange | undefined>;
  /** Throws InputError `bad-argument` where the new name is taken. */
  rename(document: DocumentId, position: TextPosition, name: string, watch?: Watch): Promise<readonly TextEdit[]>;
  outline(document: DocumentId, watch?: Watch): Promise<readonly OutlineItem[]>;
  folding(document: DocumentId, watch?: Watch): Promise<readonly { readonly start: number; readonly end: number }[]>;
  /** For each position, the ranges around it from the smallest on. */
  selections(
    document: DocumentId,
    positions: readonly TextPosition[],
    watch?: Watch,
  ): Promise<readonly (readonly TextRange[])[]>;
  format(document: DocumentId, range: TextRange | undefined, watch?: Watch): Promise<readonly TextEdit[]>;
  inlays(document: DocumentId, range: TextRange, watch?: Watch): Promise<readonly InlayText[]>;
  /** Five numbers a token, as VS Code wants them: line and character after the one before, length, kind, modifiers. */
  semanticTokens(document: DocumentId, range: TextRange | undefined, watch?: Watch): Promise<readonly number[]>;

  /** All that is wrong with the text of a graphwright.ops.json at that path, and the rules that it names. */
  opsFile(
    path: string,
    text: string,
    watch?: Watch,
  ): Promise<{ faults: readonly OpsFault[]; rules: readonly OpsRule[] }>;
  /** What can be written at a place of such a text, and what stands there: within the texts of rules alone. */
  opsComplete(path: string, text: string, position: TextPosition, watch?: Watch): Promise<readonly CompletionItem[]>;
  opsHover(path: string, text: string, position: TextPosition, watch?: Watch): Promise<HoverText | undefined>;
  /** Runs each rule of it before and after on small random models, and all of them together. */
  testRules(path: string, text: string, watch?: Watch): Promise<readonly RuleTest[]>;

  /** The node at a position, as the graph of the file knows it: its name, or that of its first output. */
  nodeAt(document: DocumentId, position: TextPosition, watch?: Watch): Promise<string | undefined>;
  /** Where a node of the graph stands in the text. */
  rangeOfNode(document: DocumentId, node: NodePlace['label'], watch?: Watch): Promise<TextRange | undefined>;
  /**
   * The text of a binary as it is edited: large tensors elided by their hash, no inferred types in it (inlay hints show
   * those). `saveBinary` takes it back.
   */
  binaryText(path: string, watch?: Watch): Promise<string>;
  /**
   * Writes the binary that the document was made from, whole or not at all. Throws InputError `syntax-error` where the
   * text does not parse. Gives the size of the file in bytes.
   */
  saveBinary(document: DocumentId, text: string, watch?: Watch): Promise<{ readonly size: number }>;
}
