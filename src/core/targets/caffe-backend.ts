/** What a Caffe backend is: its schema, the layers that its framework has, and where that framework differs. Facts alone. */
import type { LayerFacts } from '../dialects/caffe/layers.ts';

export interface CaffeLimits {
  /** The attribute that makes pooling round down; undefined where it always rounds up. */
  readonly floorPooling?: { readonly path: string; readonly value: string | boolean };
  /** Unused tops of a layer are outputs of the network unless a Silence layer takes them. */
  readonly unusedTops: 'outputs' | 'ignored';
  /** What the framework's users ask for by name: blobs, or layers, of which they get the first top. */
  readonly outputs: 'blobs' | 'layers';
  /** Attributes that its schema has and its layers do not read, or those of one type: `Deconvolution:convolution_param.dilation`. */
  readonly ignores?: readonly string[];
  /** Types of layers that it wrongly takes into a Power layer before them, unless that has a power of 1. */
  readonly wrongAfterPower?: readonly string[];
  /** The most axes that a blob can have, N among them, and whether N must be 1. Unlimited where absent. */
  readonly blobs?: { readonly axes: number; readonly batch: 'one' };
  /** The layer that stands for a constant blob, and the attribute path of its shape where it needs one. */
  readonly constants?: { readonly layer: string; readonly shape?: string };
}

/** Whether layers of a type leave a field unread that their schema has. */
export function isIgnored({ ignores = [] }: CaffeLimits, type: string, path: string): boolean {
  return ignores.includes(path) || ignores.includes(`${type}:${path}`);
}

/** What every Caffe wants: it has layers for these, and none for comparisons. */
export const CAFFE_FUSIONS: readonly string[] = [
  ...['relu-of-where', 'leaky-relu', 'prelu', 'elu', 'elu-of-one', 'softplus'],
  'fold-batch-normalization',
];

/** ONNX operators that are a layer of one input without parameters in all of Caffe. */
export const CAFFE_DIRECT: Readonly<Record<string, string>> = {
  Abs: 'AbsVal',
  Exp: 'Exp',
  Log: 'Log',
  Sigmoid: 'Sigmoid',
  Softplus: 'BNLL',
  Tanh: 'TanH',
};

export interface CaffeBackendFacts {
  /** `bvlc`; the target is `caffe:bvlc`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Where the facts were read. */
  readonly source: string;
  /** The dialect that its files are written in: proto/caffe/<dialect>.proto, or the file that `proto` names. */
  readonly dialect: string;
  /** The dialect whose layers its own mean the same as: `dialect`, but for a user's own. */
  readonly base?: string;
  /** The path of a user's own schema. */
  readonly proto?: string;
  /** Layer types that its framework can run. */
  readonly layers: readonly string[];
  /** What is special about its layers, beside what all of Caffe knows of them. */
  readonly own?: Readonly<Record<string, LayerFacts>>;
  /** Whether the rules that make layers of ONNX operators heed all its limits. Other Caffe networks become it in any case. */
  readonly fromOnnx: boolean;
  readonly limits: CaffeLimits;
  /** ONNX operators of one input and no attributes that are a layer without parameters. */
  readonly direct: Readonly<Record<string, string>>;
  /** Rewrites of the ONNX graph before its operators become layers, by the names of their rules. */
  readonly fusions: readonly string[];
}

export class CaffeBackend {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly dialect: string;
  readonly base: string;
  readonly proto: string | undefined;
  readonly own: Readonly<Record<string, LayerFacts>>;
  readonly fromOnnx: boolean;
  readonly limits: CaffeLimits;
  readonly direct: Readonly<Record<string, string>>;
  readonly fusions: readonly string[];
  readonly layers: ReadonlySet<string>;

  constructor(readonly facts: CaffeBackendFacts) {
    this.id = facts.id;
    this.title = facts.title;
    this.description = facts.description;
    this.source = facts.source;
    this.dialect = facts.dialect;
    this.base = facts.base ?? facts.dialect;
    this.proto = facts.proto;
    this.own = facts.own ?? {};
    this.fromOnnx = facts.fromOnnx;
    this.limits = facts.limits;
    this.direct = facts.direct;
    this.fusions = facts.fusions;
    this.layers = new Set(facts.layers);
  }

  has(layer: string): boolean {
    return this.layers.has(layer);
  }
}
