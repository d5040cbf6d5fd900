/** Where a node came from: places in the user's files, and the modules that were running. */

/** What kind of text a frame points into. */
export type FrameKind = 'python' | 'torchscript' | 'onnxtxt' | 'prototxt' | 'onnx';

/** One place. Lines and columns count from 1. */
export interface Frame {
  readonly kind: FrameKind;
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly function?: string;
  /** The source text at that place, where the file records it. */
  readonly text?: string;
}

/** The stack of places a node came from, innermost first; empty where nothing is known. */
export type Origin = readonly Frame[];

/** One module on the way from the root to a node. */
export interface ScopeEntry {
  /** The attribute path from the root, such as `layer1.0.conv1`; empty for the root. */
  readonly path: string;
  /** The class, such as `torch.nn.modules.conv.Conv2d`. */
  readonly type: string;
}

/** The modules around a node, outermost first. */
export type Scope = readonly ScopeEntry[];

export const NO_ORIGIN: Origin = [];
export const NO_SCOPE: Scope = [];

export function frameText(frame: Frame): string {
  const column = frame.column === undefined ? '' : `:${frame.column}`;
  return `${frame.file}:${frame.line}${column}${frame.function ? ` in ${frame.function}` : ''}`;
}
