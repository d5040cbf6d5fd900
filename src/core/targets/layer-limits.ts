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
  /** The orders that axes may get, where it has no others. */
  readonly orders?: readonly string[];
  /** The most points that it cuts at; equal parts need none. */
  readonly cuts?: number;
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
  ...{
    Concat: 1,
    Slice: 1,
    Softmax: 1,
    InnerProduct: 1,
    Scale: 1,
    Bias: 1,
    Flatten: 1,
    Tile: 1,
    Reduction: 0,
    Crop: 2,
  },
};

/** Why a limit of a layer, such as "its Scale", does not hold; undefined where it holds. */
type Check = (limits: LayerLimits, plan: LayerPlan, its: string) => string | undefined;

const axisOf = ({ type, parameters }: LayerPlan): number => Number(parameters.axis ?? ALONG[type] ?? 0);

/** One row a limit. */
const CHECKS: { readonly [Limit in Exclude<keyof LayerLimits, 'never'>]-?: Check } = {
  axes: ({ axes: [least, most] = [0, Number.POSITIVE_INFINITY] }, { bottoms }, its) => {
    const rank = bottoms[0]?.length ?? 0;
    return rank < least || rank > most
      ? `${its} takes ${least === most ? least : `${least} to ${most}`} axes`
      : undefined;
  },
  along: ({ along }, plan, its) =>
    along && !along.includes(axisOf(plan)) ? `${its} works along axis ${along.join(' or ')}` : undefined,
  bottoms: ({ bottoms: most = Number.POSITIVE_INFINITY }, { bottoms }, its) =>
    bottoms.length > most ? `${its} reads ${most === 1 ? 'one bottom' : `${most} bottoms`}` : undefined,
  factors: ({ factors }, plan, its) =>
    factors && !isPerChannel(plan, axisOf(plan)) ? `${its} has one number a channel` : undefined,
  coefficients: ({ coefficients }, { parameters: { coeff } }, its) => {
    const taken =
      coefficients === undefined || coeff === undefined || (coefficients === 'difference' && `${coeff}` === '1,-1');
    return taken ? undefined : `${its} does not read coeff as it is`;
  },
  keepsFirst: ({ keepsFirst }, { parameters: { order, dim } }, its) => {
    const [first = 0] = [order ?? dim ?? []].flat();
    return keepsFirst && first !== 0 ? `${its} leaves the first axis in place` : undefined;
  },
  orders: ({ orders }, { parameters: { order } }, its) =>
    orders && order !== undefined && !orders.includes(`${order}`)
      ? `${its} has only the order ${orders.join(' or ')}`
      : undefined,
  cuts: ({ cuts = Number.POSITIVE_INFINITY }, { parameters: { slice_point: points } }, its) =>
    [points ?? []].flat().length > cuts ? `${its} cuts at one point, or into equal parts` : undefined,
  ignores: ({ ignores = {} }, { parameters }, its) => {
    const read = Object.entries(ignores).find(([name, otherwise]) => (parameters[name] ?? otherwise) !== otherwise);
    return read && `${its} does not read ${read[0]}`;
  },
  most: ({ most = {} }, { parameters }, its) => {
    const over = Object.entries(most).find(([name, value]) =>
      [parameters[name] ?? 0].flat().some((each) => Number(each) > value),
    );
    return over && `${over[0]} of ${its} is ${over[1]} at most`;
  },
  joint: ({ joint = [] }, { parameters }, its) => {
    const name = joint.find((each) => new Set([parameters[each]].flat()).size > 1);
    return name && `${its} has one ${name} for both axes`;
  },
};

/** Why a layer is none that the framework takes, in words; undefined where it takes it. */
export function limitBroken(limits: LayerLimits, plan: LayerPlan): string | undefined {
  if (limits.never !== undefined) return limits.never;
  for (const check of Object.values(CHECKS)) {
    const reason = check(limits, plan, `its ${plan.type}`);
    if (reason !== undefined) return reason;
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
