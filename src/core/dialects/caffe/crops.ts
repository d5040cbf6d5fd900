/** What Crop cuts by a second bottom, where frameworks do not count its axes and offsets as BVLC does (src/caffe/layers/crop_layer.cpp). */

/** From where to where each axis is kept: the first axis that becomes as long as that of the second bottom, and where each begins. */
export interface CropPlaces {
  readonly first: number;
  readonly starts: readonly number[];
}

/** What a layer says. */
export interface CropWords {
  readonly rank: number;
  /** As it is said: below 0 it counts from the end. */
  readonly axis: number;
  readonly offsets: readonly number[];
}

/** How a framework cuts, where not as BVLC's. */
interface Cropping {
  /** Axes become as long as those of the second bottom from this one on, whatever `axis` says. */
  readonly first: number;
  /** Where each axis begins; undefined where it does not run. */
  readonly starts: (words: CropWords) => readonly number[] | undefined;
}

/** Undefined where the framework cuts nothing that could be told, or does not run. */
export function cropPlaces(dialect: string, words: CropWords): CropPlaces | undefined {
  const own = croppingOf(dialect);
  if (!own) return asSaid(words);
  const starts = own.starts(words);
  return starts && { first: own.first, starts };
}

/** Axes that become as long as those of the second bottom whatever `axis` says: all from this one on. */
export function cropsFrom(dialect: string): number | undefined {
  return croppingOf(dialect)?.first;
}

function croppingOf(dialect: string): Cropping | undefined {
  return Object.hasOwn(CROPPINGS, dialect) ? CROPPINGS[dialect] : undefined;
}

const CROPPINGS: Readonly<Record<string, Cropping>> = {
  // Tencent/ncnn tools/caffe/caffe2ncnn.cpp: one offset for those from `axis` on, or some for the last axes; src/layer/crop.cpp has no
  // axis of images.
  ncnn: {
    first: 1,
    starts: ({ rank, axis, offsets }) =>
      rank > 4 ? undefined : startsOfLast(rank, 1, offsets, axis > 0 ? Math.max(4 - axis, 0) : 0),
  },
  // OAID/Tengine source/operator/prototype/crop.c; tools/convert_tool/caffe/caffe2tengine.cpp, load_crop: offsets are those of the last
  // axes; source/device/cpu/op/crop/crop_ref.c: it cuts images, from axis 1 or 2 on.
  tengine: {
    first: 0,
    starts: ({ rank, axis, offsets }) =>
      rank !== 4 || (axis !== 1 && axis !== 2) ? undefined : startsOfLast(rank, axis, offsets, 3),
  },
};

function asSaid({ rank, axis: given, offsets }: CropWords): CropPlaces | undefined {
  const axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis >= rank || (offsets.length > 1 && offsets.length !== rank - axis)) return undefined;
  const start = (k: number) => (k < axis ? 0 : ((offsets.length > 1 ? offsets[k - axis] : offsets[0]) ?? 0));
  return { first: axis, starts: Array.from({ length: rank }, (_, k) => start(k)) };
}

/** From axis `from` on, offsets of the last axes, three at most; one alone is that of `count` of them. */
function startsOfLast(rank: number, from: number, offsets: readonly number[], count: number): readonly number[] {
  const [one = 0] = offsets;
  const some = offsets.length <= 3 ? offsets : [];
  const last = offsets.length === 1 ? Array<number>(Math.min(count, 3)).fill(one) : some;
  return Array.from({ length: rank }, (_, k) => (k < from ? 0 : (last[k - rank + last.length] ?? 0)));
}
