/** Conversions: what is asked for, what came of it, and what each step did. */
import type { ReadingOptions, StepsId, TargetChoice } from './identifiers.ts';
import type { ProblemData } from './problems.ts';

export interface TargetRow {
  /** `onnx`, `caffe:opencv`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The versions that can be chosen, and the one to offer first; absent where there are none. */
  readonly opsets?: { readonly lowest: number; readonly highest: number; readonly usual: number };
}

/** The versions of a domain that the nodes of a model can be written in, beside the opset of ai.onnx. */
export interface DomainVersions {
  /** `ai.onnx.ml` */
  readonly domain: string;
  /** The version that the model imports. */
  readonly own: number;
  /** The model's opset of ai.onnx; absent where it imports none. */
  readonly opset?: number;
  /** Newest first. */
  readonly versions: readonly DomainVersion[];
}

export interface DomainVersion {
  readonly version: number;
  /** The first and the last opset of ai.onnx that were released with it. */
  readonly opsets: readonly [first: number, last: number];
  /** Operators of the model that mean something else in it. */
  readonly changed: readonly string[];
  /** Operators of the model that it does not have. */
  readonly missing: readonly string[];
}

export interface ConvertRequest {
  readonly input: string;
  readonly reading: ReadingOptions;
  readonly target: TargetChoice;
  readonly output?: string;
  readonly force: boolean;
  readonly simplify: boolean;
  /** Bytes that what is computed beforehand may add to the file. */
  readonly foldLimit?: number | undefined;
  /** Names of passes that are left out. */
  readonly disabled?: readonly string[];
  /** Remember it, for `steps` and `openStep`. */
  readonly explain?: boolean;
  readonly verify: boolean;
  /** The Python whose onnxruntime runs both sides, where there is no onnxruntime-node. */
  readonly python?: string | undefined;
  /** Of a program that was captured: compare with what it gave, where `verify` asks for a comparison. */
  readonly reference?: CapturedReference;
}

/** What a program itself gave when it was captured: a folder, and the version of PyTorch. */
export interface CapturedReference {
  readonly folder: string;
  readonly torch: string;
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
    /** The output that differs most, where one differs, and why it cannot be compared number by number. */
    readonly worst?: { readonly output: string; readonly reason?: string };
    readonly seed: number;
  };
  /** Why there is none though it was asked for: nothing here runs ONNX models, or what does rejects one of the two. */
  readonly unverified?: {
    readonly code: 'runtime-missing' | 'runtime-failed';
    readonly reason: string;
    readonly next: string;
  };
  readonly seconds: number;
}
