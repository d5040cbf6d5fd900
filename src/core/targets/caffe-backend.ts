/** What a Caffe backend is: its schema, the layers that its framework has, and where that framework differs. Facts alone. */
import type { ReaderFacts } from '../dialects/caffe/as-read.ts';
import type { LayerFacts } from '../dialects/caffe/layers.ts';
import type { StaticShape } from '../ir/shape.ts';
import { type BlobLimits, blobRefusal, type LayerLimits, type LayerPlan, limitBroken } from './layer-limits.ts';
import type { WrongJoin } from './wrong-joins.ts';

export interface CaffeLimits extends ReaderFacts {
  /** The attribute that makes pooling round down; undefined where it always rounds up. */
  readonly floorPooling?: { readonly path: string; readonly value: string | boolean };
  /** How it pools, where not as BVLC does. */
  readonly pooling?: Partial<PoolingFacts>;
  /** What its layers take, by type. */
  readonly takes?: Readonly<Record<string, LayerLimits>>;
  /** Fields whose axes it does not count from the end. */
  readonly countsFromFront?: readonly string[];
  /** The fields of a convolution's dilation: one for all axes, or one each; `dilation` where absent. */
  readonly dilation?: { readonly layer: string; readonly fields: readonly [string, string] };
  /** Whether its Permute takes the last axis of what Permute and Flatten made for channels, until another layer has written it. */
  readonly permutesByLayout?: true;
  /** What transposed convolutions are called; `Deconvolution` where absent. */
  readonly deconvolution?: string;
  /** What exchanges axes: the layer and its field; Permute of SSD where absent. */
  readonly permute?: { readonly layer: string; readonly field: string };
  /** What its Interp does to the grid; absent where it has none whose grid is known. */
  readonly interp?: InterpFacts;
  /** What repeats pixels, by a whole factor. */
  readonly repeat?: { readonly layer: string; readonly field: string };
  /** Which of equal elements its ArgMax along an axis takes; absent where it has none, or that is not known. */
  readonly argMax?: { readonly ties: 'last' };
  /** Its layer for x over the root of a sum of squares of channels, and whether that adds `eps`; absent where it has none. */
  readonly normalize?: { readonly layer: string; readonly eps: 'under the root' | 'none' };
  /** Whether its LSTM is BVLC's, with a second bottom that says at which steps the state goes on. */
  readonly lstm?: true;
  /** The `k` with which its LRN begins the sum at 1, where that is not 1. */
  readonly lrnConstant?: 0;
  /** The product of matrices that the network computes: the layer. */
  readonly product?: string;
  /**
   * Unused tops of a layer are outputs of the network unless a Silence layer takes them, do no harm, or take the place of its first
   * top, so that no layer may have any.
   */
  readonly unusedTops: 'outputs' | 'ignored' | 'take the place of the first';
  /** What the framework's users ask for by name: blobs, or layers, of which they get the first top. */
  readonly outputs: 'blobs' | 'layers';
  /** Layers that it takes into the one before them, and computes something else then. */
  readonly wrongJoins?: readonly WrongJoin[];
  /** Whether it writes over an input of the network that nothing but a Concat of it with constants reads. */
  readonly overwritesJoined?: true;
  /** The most axes that a blob can have, N among them, and whether N must be 1. Unlimited where absent. */
  readonly blobs?: BlobLimits;
  /** The layer that stands for a constant blob, and the attribute path of its shape where it needs one. */
  readonly constants?: { readonly layer: string; readonly shape?: string };
}

export interface PoolingFacts {
  /** How many windows an axis has where rounding up; `one too many`: two where one covers the whole axis. */
  readonly windows: 'up' | 'one too many';
  /** Whether a last window that begins behind the image and the padding before it is dropped. */
  readonly clips: boolean;
  /** What an average is divided by: the window with its padding, or what it covers of the image. */
  readonly divisor: 'window' | 'image';
  /** Whether the result of global pooling keeps the axes that it had. */
  readonly globalKeepsAxes: boolean;
}

/** Interp: which points of the image those of the result are, and how the size is said. */
export interface InterpFacts {
  readonly layer: string;
  readonly grid: 'corners' | 'half pixels';
}

/** What every Caffe wants: it has layers for these, and none for comparisons. */
export const CAFFE_FUSIONS: readonly string[] = [
  ...['relu-of-where', 'leaky-relu', 'prelu', 'thresholded-relu', 'elu', 'elu-of-one', 'softplus'],
  'fold-batch-normalization',
  // Erf by itself is no layer; the whole is nearly one.
  'erf-gelu',
  'l2-normalization',
  // Known as a whole, these need no blobs of more axes, which many frameworks lack.
  ...['depth-to-space-dcr', 'depth-to-space-crd', 'space-to-depth', 'channel-shuffle'],
];

/** For frameworks whose Swish has its factor as a field. */
export const SWISH_FUSIONS: readonly string[] = ['swish-as-layer', 'scaled-swish-as-layer'];

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
    this.limits = facts.limits;
    this.direct = facts.direct;
    this.fusions = facts.fusions;
    this.layers = new Set(facts.layers);
  }

  has(layer: string): boolean {
    return this.layers.has(layer);
  }

  /** Why a layer is none that the framework takes; undefined where it takes it. */
  refusal(plan: LayerPlan): string | undefined {
    const own = this.limits.takes?.[plan.type];
    return own && limitBroken(own, plan);
  }

  /** Why the framework has no blobs of that shape; undefined where it has. */
  blobRefusal(shape: StaticShape): string | undefined {
    const { blobs } = this.limits;
    return blobs && blobRefusal(shape, blobs);
  }
}
