/** A target: what a graph is converted to. Data alone: what it takes, how it is shown, and which files it makes. */
import type { CaffeBackend } from './caffe-backend.ts';
import type { Profile } from './profile.ts';

export interface OnnxTarget {
  readonly kind: 'onnx';
  /** `onnx`; `onnx:NAME` of a profile, or the path of a user's own. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Operators made of several by simplification, by the names of their rules (docs/simplification-rules.md). */
  readonly fusions: readonly string[];
  readonly opsets: { readonly lowest: number; readonly highest: number; readonly usual: number };
  /** What its runtime takes of ONNX; absent for ONNX itself. */
  readonly profile?: Profile;
}

export interface CaffeTarget {
  readonly kind: 'caffe';
  readonly id: `caffe:${string}`;
  readonly title: string;
  readonly description: string;
  /** As its backend's. */
  readonly fusions: readonly string[];
  readonly backend: CaffeBackend;
}

export type Target = OnnxTarget | CaffeTarget;

/** A target as a user asks for it. */
export interface TargetRequest {
  readonly target: string;
  /** For ONNX; undefined keeps the file's own, or takes the target's usual one where the source has none. */
  readonly opset?: number | undefined;
  /** The version of ai.onnx.ml; undefined lowers a newer one to that which was released with the opset. */
  readonly mlOpset?: number | undefined;
}
