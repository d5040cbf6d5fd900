/**
 * Layers that Tengine reads by fewer fields, or counts otherwise, in the words that it takes (OAID/Tengine at c73708c; each row names
 * its file; all were run in it: test/conformance/caffe/transcoded.ts).
 */
import { cropPlaces } from '../../dialects/caffe/crops.ts';
import { fieldAt } from '../../dialects/caffe/schema.ts';
import { schemaFor } from '../../formats/caffe/dialects.ts';
import { isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import { tensorType } from '../../ir/type.ts';
import type { Rewording } from './rewordings.ts';
import { BOX_SIZES, cropAxis, fractions } from './shown.ts';
import { NO, ofFloat, ofInt, ofInts, type Wording, YES } from './wording.ts';

const READER = 'OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp';
const PRIORS = 'prior_box_param';
const floats = (value: readonly number[]) => ({ type: 'floats', value }) as const;

const toTengine = ({ from, to }: Wording) => to.base === 'tengine' && from.base !== 'tengine';

/** Frameworks that cut the sizes of boxes to whole numbers, as Tengine does. */
export const CUT_SIZES: readonly string[] = [
  'ssd',
  'nvcaffe',
  'intel',
  'cambricon',
  'bvlc',
  'yolo-upsample',
  'tengine',
];

/**
 * All that may be left out said: four variances, every ratio with its inverse (its `flip` divides by the other side of the image),
 * two steps, two sizes of the image.
 */
function everyBox(layer: Wording): void {
  if (layer.shape()?.[0] !== 1) layer.refuse('several images', 'its boxes are those of one');
  if (fractions(layer) && !CUT_SIZES.includes(layer.from.base))
    layer.refuse('sizes with a fraction', 'there they are cut to whole numbers');
  for (const path of BOX_SIZES) if (layer.has(path)) layer.set(path, floats(layer.numbers(path).map(Math.trunc)));
  const [variance = 0.1, ...others] = layer.numbers(`${PRIORS}.variance`);
  layer.set(`${PRIORS}.variance`, floats(others.length > 0 ? [variance, ...others] : Array<number>(4).fill(variance)));
  const ratios = ratiosOf(layer);
  layer.drop(`${PRIORS}.aspect_ratio`);
  if (ratios.length > 0) layer.set(`${PRIORS}.aspect_ratio`, floats(ratios));
  layer.set(`${PRIORS}.clip`, saysClip(layer) ? YES : NO);
  layer.set(`${PRIORS}.flip`, NO);
  inBoth(layer, 'step', ofFloat);
  inBoth(layer, 'img', ofInt, 'img_size');
}

const MEANT = (layer: Wording, path: string) => fieldAt(schemaFor(layer.from).layer, path)?.otherwise;

function saysClip(layer: Wording): boolean {
  const path = `${PRIORS}.clip`;
  return layer.flag(path, MEANT(layer, path) === true || ['opencv', 'cambricon'].includes(layer.from.base));
}

/** Those that are neither 1 nor known already, each with its inverse where boxes are flipped (weiliu89/caffe, prior_box_layer.cpp). */
function ratiosOf(layer: Wording): readonly number[] {
  const flips = layer.flag(`${PRIORS}.flip`, MEANT(layer, `${PRIORS}.flip`) !== false);
  const found = [1];
  for (const ratio of layer.numbers(`${PRIORS}.aspect_ratio`)) {
    if (found.some((known) => Math.abs(known - ratio) < 1e-6)) continue;
    found.push(ratio, ...(flips ? [Math.fround(1 / ratio)] : []));
  }
  return found.slice(1);
}

/** One number for both sides, or one of each, as two; neither counts where one is 0. */
function inBoth(layer: Wording, name: string, of: (value: number) => ReturnType<typeof ofInt>, both = name): void {
  const joint = layer.numbers(`${PRIORS}.${both}`)[0] ?? 0;
  const sides = ['h', 'w'].map((side) => `${PRIORS}.${name}_${side}`);
  const values = sides.map((path) => layer.numbers(path)[0] ?? joint);
  layer.drop(`${PRIORS}.${both}`, ...sides);
  if (values.every((value) => value > 0)) for (const [k, path] of sides.entries()) layer.set(path, of(values[k] ?? 0));
}

/** [regions, 5] as the [1, regions, 4] that it reads: every region is one of the only image. */
function fourNumbers(layer: Wording): void {
  const [regions, five] = [layer.bottoms[1], layer.shape(1)];
  if (layer.shape()?.[0] !== 1 || !regions || five?.length !== 2 || five[1] !== 5)
    layer.refuse('its regions', 'they are four numbers of one image each');
  const corners = Tensor.of(
    'float32',
    [4, 5],
    Array.from({ length: 20 }, (_, k) => (k % 5 === Math.floor(k / 5) + 1 ? 1 : 0)),
  );
  const product = { 'inner_product_param.num_output': ofInt(4), 'inner_product_param.bias_term': NO };
  const cut = layer.layer('corners', 'InnerProduct', [regions], product, [corners]);
  cut.type = tensorType('float32', [five[0] ?? 1, 4]);
  const shape = ofInts([1, -1, 4]);
  const read = layer.layer('regions', 'Reshape', [cut], { 'reshape_param.shape.dim': shape });
  read.type = tensorType('float32', [1, five[0] ?? 1, 4]);
  layer.node.setInput(1, read);
  const scale = 'roi_pooling_param.spatial_scale';
  layer.set(scale, ofFloat(layer.number(scale, 1)));
}

/** The axes from which it cuts, and where it begins along each, as one from axis 1 or 2 on; undefined where that is none. */
function cutFromChannels(layer: Wording): { readonly axis: number; readonly offsets: readonly number[] } | undefined {
  const [own, like] = [layer.shape(0), layer.shape(1)];
  if (own?.length !== 4 || !like) return undefined;
  const axis = cropAxis(layer, layer.from.base, 4);
  const places = cropPlaces(layer.from.base, { rank: 4, axis, offsets: layer.numbers('crop_param.offset') });
  if (axis === 1 || axis === 2 || !places || places.starts[0] !== 0) return undefined;
  if (own.slice(0, Math.max(places.first, 1)).some((size, k) => size !== like[k])) return undefined;
  const from = places.starts[1] === 0 && own[1] === like[1] ? 2 : 1;
  return { axis: from, offsets: places.starts.slice(from) };
}

export const FOR_TENGINE: readonly Rewording[] = [
  {
    of: ['Slice'],
    needs: ['Slice'],
    source: `${READER}, load_slice`,
    where: (layer) => toTengine(layer) && layer.has('slice_param.slice_dim'),
    reword: (layer) => layer.move('slice_param.slice_dim', 'slice_param.axis'),
  },
  {
    of: ['PriorBox'],
    needs: ['PriorBox'],
    source: `${READER}, load_priorbox; source/device/cpu/op/priorbox/priorbox_ref.c`,
    where: toTengine,
    settles: ['sizes with a fraction'],
    reword: everyBox,
  },
  {
    of: ['Reshape'],
    needs: ['Reshape'],
    source: `${READER}, load_reshape reads neither axis nor num_axes`,
    where: (layer) => toTengine(layer) && layer.has('reshape_param.axis', 'reshape_param.num_axes'),
    settles: ['reshape_param.shape'],
    reword: (layer) => {
      const { shape } = layer.node.output();
      if (!isStatic(shape)) return layer.refuse('reshape_param.axis', 'the sizes of its bottom are not known');
      layer.drop('reshape_param.axis', 'reshape_param.num_axes');
      layer.set('reshape_param.shape.dim', ofInts(shape));
    },
  },
  {
    of: ['Crop'],
    needs: ['Crop'],
    source: 'OAID/Tengine source/device/cpu/op/crop/crop_ref.c: it cuts from axis 1 or 2 on',
    where: (layer) => toTengine(layer) && cutFromChannels(layer) !== undefined,
    reword: (layer) => {
      const { axis, offsets } = cutFromChannels(layer) ?? layer.refuse('crop_param.axis', 'it is 1 or 2');
      layer.set('crop_param.axis', ofInt(axis));
      layer.set('crop_param.offset', ofInts(offsets));
    },
  },
  {
    of: ['ROIPooling'],
    needs: ['ROIPooling', 'InnerProduct', 'Reshape'],
    source: 'OAID/Tengine source/device/cpu/op/roipooling/roipooling_ref.c',
    where: toTengine,
    settles: ['its regions'],
    reword: fourNumbers,
  },
];
