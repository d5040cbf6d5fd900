/** What a framework's layer takes, where that is less than what BVLC's layer of that type takes. Facts, and how they are held. */
import type { StaticShape } from '../ir/shape.ts';

export interface LayerLimits {
  /** Why no rule makes this layer, though networks of the framework may have it. */
  readonly never?: string;
  /** How many axes its first bottom has: the least, and the most. */
  readonly axes?: readonly [least: number, most: number];
  /** The axes that it may work along, counted from the front. */
  readonly along?: readonly number[];
  /** Its factors are one number a channel. */
  readonly factors?: 'channels';
  /** The most bottoms that it reads. */
  readonly bottoms?: number;
  /** Which coefficients its sums take: none, or 1 and -1 for the difference of two; any where absent. */
  readonly coefficients?: 'none' | 'difference';
  /** The first axis stays where it is. */
  readonly keepsFirst?: true;
  /** Parameters that it does not read: they may be given where that changes nothing. */
  readonly ignores?: Readonly<Record<string, number | boolean>>;
  /** The largest values of parameters. */
  readonly most?: Readonly<Record<string, number>>;
  /** Parameters of which it reads the first value for both axes. */
  readonly joint?: readonly string[];
}

/** A layer that is to be made. */
export interface LayerPlan {
  readonly type: string;
  /** Sizes of its bottoms. */
  readonly bottoms: readonly StaticShape[];
  /** Sizes of its own blobs. */
  readonly blobs: readonly StaticShape[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Layers whose work is along axes, with the axis that they take where none is given. */
const ALONG: Readonly<Record<string, number>> = {
  ...{ Concat: 1, Slice: 1, Softmax: 1, InnerProduct: 1, Scale: 1, Bias: 1, Flatten: 1, Tile: 1, Reduction: 0 },
};

/** Why a layer is none that the framework takes, in words; undefined where it takes it. */
export function limitBroken(limits: LayerLimits, plan: LayerPlan): string | undefined {
  const { type, bottoms, parameters } = plan;
  if (limits.never !== undefined) return limits.never;
  const rank = bottoms[0]?.length ?? 0;
  const [least, most] = limits.axes ?? [0, Number.POSITIVE_INFINITY];
  if (rank < least || rank > most) return `its ${type} takes ${least === most ? least : `${least} to ${most}`} axes`;
  const axis = Number(parameters.axis ?? ALONG[type] ?? 0);
  if (limits.along && !limits.along.includes(axis)) return `its ${type} works along axis ${limits.along.join(' or ')}`;
  if (bottoms.length > (limits.bottoms ?? Number.POSITIVE_INFINITY))
    return `its ${type} reads ${limits.bottoms === 1 ? 'one bottom' : `${limits.bottoms} bottoms`}`;
  if (limits.factors && !isPerChannel(plan, axis)) return `its ${type} has one number a channel`;
  const coefficients = parameters.coeff;
  if (limits.coefficients && coefficients !== undefined) {
    const difference = String(coefficients) === '1,-1';
    if (limits.coefficients === 'none' || !difference) return `its ${type} does not read coeff as it is`;
  }
  const order = parameters.order ?? parameters.dim;
  if (limits.keepsFirst && Array.isArray(order) && order[0] !== 0) return `its ${type} leaves the first axis in place`;
  for (const [name, otherwise] of Object.entries(limits.ignores ?? {}))
    if (parameters[name] !== undefined && parameters[name] !== otherwise) return `its ${type} does not read ${name}`;
  for (const [name, most] of Object.entries(limits.most ?? {}))
    if ([parameters[name] ?? 0].flat().some((value) => Number(value) > most))
      return `${name} of its ${type} is ${most} at most`;
  for (const name of limits.joint ?? []) {
    const value = parameters[name];
    if (Array.isArray(value) && new Set(value).size > 1) return `its ${type} has one ${name} for both axes`;
  }
  return undefined;
}

/** One factor for each channel of every image, or for each channel of the only one. */
function isPerChannel({ bottoms: [whole, second], blobs: [own] }: LayerPlan, axis: number): boolean {
  const factors = second ?? own ?? [];
  const [batch, channels] = whole ?? [];
  if (axis === 0) return factors.length === 2 && batch === 1 && factors[0] === 1 && factors[1] === channels;
  return axis === 1 && factors.length === 1 && factors[0] === channels;
}

/** The blobs that a framework has: the most axes, N among them, and whether N must be 1. */
export interface BlobLimits {
  readonly least?: number;
  readonly axes: number;
  readonly batch?: 'one';
}

/** Why a framework has no blobs of that shape; undefined where it has. */
export function blobRefusal(shape: StaticShape, { least = 1, axes, batch }: BlobLimits): string | undefined {
  if (shape.length < least || shape.length > axes) return `its blobs have ${least} to ${axes} axes`;
  return batch === 'one' && shape[0] !== 1 ? 'the first axis of its blobs is 1' : undefined;
}
