/** What calls of the engine name: models and their parts, files and how they are read, targets, pages. */

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
  /** The version of ai.onnx.ml. */
  readonly mlOpset?: number;
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
