/** What can be asked of the engine, and what it answers. Plain data: it crosses processes. */
import type { PassSummary } from './passes/records.ts';
import type { NearMiss, NodeStory } from './passes/run.ts';
import type { Problem } from './problems/problem.ts';
import type { Reading } from './reading.ts';
import type { TargetRequest } from './targets/target.ts';

export interface ConvertRequest {
  readonly input: string;
  readonly reading: Reading;
  readonly target: TargetRequest;
  /** Where to write; beside the input by default. */
  readonly output?: string | undefined;
  /** Replace files that exist. */
  readonly force: boolean;
  /** Fold constants and drop what does nothing, also where the target does not ask for it. */
  readonly simplify: boolean;
  /** Writes on each node where it came from and the type of each value, also where it is simplified. */
  readonly annotate?: boolean;
  /** Puts the bodies of the model's own functions in the place of their calls, where it is simplified. */
  readonly inline?: boolean;
  /**
   * Bytes that what simplification computes beforehand may add to the file; where nothing is said 2 % of its constants or
   * 0.25 MB, and by weights a tenth of them or 128 MB, whichever is more.
   */
  readonly foldLimit?: number | undefined;
  /** Names of passes that are left out. */
  readonly disabled?: readonly string[];
  /** Keep every application of every pass, with the text of its nodes. */
  readonly explain?: boolean;
  /** The name of a node, or of a value that it makes: says what simplification did to it, and which rules nearly fit. */
  readonly why?: string | undefined;
  /** Run the result against the graph that it was made from. */
  readonly verify: boolean;
  /** The Python whose onnxruntime runs them, where there is no onnxruntime-node. */
  readonly python?: string | undefined;
}

/** Why a result was not run against the graph that it was made from, though that was asked for. */
export interface Unverified {
  /** Nothing here runs ONNX models, or what does rejects one of the two. */
  readonly code: 'runtime-missing' | 'runtime-failed';
  readonly reason: string;
  readonly next: string;
}

/** What running both sides on the same random inputs showed. */
export interface Verification {
  /** What ran the two sides. */
  readonly reference: string;
  readonly result: string;
  /** Largest |difference| / max(|reference|, 1e-6) over all outputs. */
  readonly relativeError: number;
  /** The output that differs most, where one differs, and why it cannot be compared number by number. */
  readonly worst?: { readonly output: string; readonly reason?: string };
  readonly seed: number;
}

/** What simplification came to. */
export interface Simplified {
  /** Nodes of the graph, its subgraphs and functions. */
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  /** How often the list of passes was run, and whether nothing was left to do then. */
  readonly rounds: number;
  readonly settled: boolean;
  /** What was asked about one node. */
  readonly why?: {
    readonly node: string;
    readonly done: readonly NodeStory[];
    /** Those that nearly fit first. */
    readonly missed: readonly NearMiss[];
  };
}

export interface ConvertResult {
  readonly status: 'done' | 'refused';
  /** The files written, the model first. */
  readonly output: readonly string[];
  readonly problems: readonly Problem[];
  /** What each pass did; with its records where the request asked for them. */
  readonly passes: readonly PassSummary[];
  readonly simplified?: Simplified;
  readonly verification?: Verification;
  readonly unverified?: Unverified;
  readonly seconds: number;
}
