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

/** Undefined where the framework cuts nothing that could be told, or does not run. */
export function cropPlaces(dialect: string, words: CropWords): CropPlaces | undefined {
  const rule = (Object.hasOwn(RULES, dialect) ? RULES[dialect] : undefined) ?? asSaid;
  return rule(words);
}

/** Axes that become as long as those of the second bottom whatever `axis` says: all from this one on. */
export function cropsFrom(dialect: string): number | undefined {
  return Object.hasOwn(CROPS_FROM, dialect) ? CROPS_FROM[dialect] : undefined;
}

const CROPS_FROM: Readonly<Record<string, number>> = {
  // Tencent/ncnn src/layer/crop.cpp, which has no axis of images.
  ncnn: 1,
  // OAID/Tengine source/operator/prototype/crop.c
  tengine: 0,
};

function asSaid({ rank, axis: given, offsets }: CropWords): CropPlaces | undefined {
  const axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis >= rank || (offsets.length > 1 && offsets.length !== rank - axis)) return undefined;
  const start = (k: number) => (k < axis ? 0 : ((offsets.length > 1 ? offsets[k - axis] : offsets[0]) ?? 0));
  return { first: axis, starts: places(rank, start) };
}

/** Tencent/ncnn tools/caffe/caffe2ncnn.cpp: one offset for those from `axis` on, or some for the last axes. It has no axis of images. */
function ofNcnn({ rank, axis, offsets }: CropWords): CropPlaces | undefined {
  if (rank > 4) return undefined;
  const [own] = offsets;
  const named = offsets.length === 1 ? lastOf(own ?? 0, axis > 0 ? 4 - axis : 0) : offsets.length <= 3 ? offsets : [];
  const start = (k: number) => (k < 1 ? 0 : (named[k - rank + named.length] ?? 0));
  return { first: 1, starts: places(rank, start) };
}

/**
 * OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp, load_crop: offsets are those of the last axes;
 * source/device/cpu/op/crop/crop_ref.c: it cuts images, from axis 1 or 2 on.
 */
function ofTengine({ rank, axis, offsets }: CropWords): CropPlaces | undefined {
  if (rank !== 4 || (axis !== 1 && axis !== 2)) return undefined;
  const named = offsets.length === 1 ? lastOf(offsets[0] ?? 0, 3) : offsets.length <= 3 ? offsets : [];
  const start = (k: number) => (k < axis ? 0 : (named[k - rank + named.length] ?? 0));
  return { first: 0, starts: places(rank, start) };
}

const RULES: Readonly<Record<string, (words: CropWords) => CropPlaces | undefined>> = {
  ncnn: ofNcnn,
  tengine: ofTengine,
};

const lastOf = (value: number, count: number) => Array<number>(Math.min(Math.max(count, 0), 3)).fill(value);
const places = (rank: number, start: (k: number) => number) => Array.from({ length: rank }, (_, k) => start(k));
