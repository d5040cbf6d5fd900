/**
 * Layer types of which no public source says what they compute: why each has no rule, and what is public of the shapes of its
 * tops. From the sources and documents of the frameworks: Cambricon/caffe, src/caffe/layers/mlu_*_layer.cpp; hiascend.com, "AOL API" (operators of Caffe models), and nn_detect_ops.h of CANN.
 */
import type { Dim, Shape } from '../../ir/shape.ts';
import type { Layer } from './layer.ts';

export interface UndefinedLayer {
  readonly reason: string;
  /** The shapes of its tops, as far as they are public. */
  readonly tops: (layer: Layer) => readonly Shape[];
}

const CNML = "it runs in Cambricon's library CNML alone, whose source is closed";
const ASCEND =
  "Huawei describes its results only as they lie in the memory of Ascend's cores, not what fills their rounded sizes";

/** Of YOLO's grids: places, whether there is something, and what; behind the cells come numbers that nobody describes. */
function grids(holder: string): (layer: Layer) => readonly Shape[] {
  return (layer) => {
    const value = (name: string) => layer.number(`${holder}.${name}`, 0);
    const images = imagesOf(layer);
    return [
      [images, value('boxes') * value('coords'), undefined],
      [images, undefined],
      [images, value('classes'), undefined],
    ];
  };
}

/** Boxes, with the parts of each along the axis before the last, and how many there are. */
const boxes = (layer: Layer): readonly Shape[] => [
  [imagesOf(layer), undefined, undefined],
  [imagesOf(layer), undefined],
];

/** How many boxes there are, then those. */
const countAndBoxes = (layer: Layer): readonly Shape[] => [
  [imagesOf(layer), undefined],
  [imagesOf(layer), undefined, 8],
];

function imagesOf(layer: Layer): Dim {
  return layer.bottom().shape?.[0];
}

/** Pictures of four channels, as high and wide as the layer says, or as its bottom. */
function pictures(holder: string | undefined, sides: readonly (readonly [string, string])[]) {
  return (layer: Layer): readonly Shape[] => {
    const given = sides
      .map((names) => names.map((name) => layer.number(`${holder}.${name}`, 0)))
      .find((numbers) => numbers.every((each) => each > 0));
    return [[imagesOf(layer), 4, ...(given ?? [undefined, undefined])]];
  };
}

const ROWS: Readonly<Record<string, Readonly<Record<string, UndefinedLayer>>>> = {
  ascend: {
    FSRDetectionOutput: {
      reason: ASCEND,
      tops: () => [
        [undefined, undefined],
        [undefined, undefined, 8],
      ],
    },
    Region: { reason: 'ATC wants a Yolo layer in its place', tops: grids('region_param') },
    SSDDetectionOutput: { reason: ASCEND, tops: countAndBoxes },
    Yolo: { reason: ASCEND, tops: grids('yolo_param') },
    YoloV2DetectionOutput: { reason: ASCEND, tops: boxes },
    YoloV3DetectionOutput: { reason: ASCEND, tops: boxes },
  },
  cambricon: {
    MLUResizeConvert: { reason: CNML, tops: pictures('resize_convert_param', [['resize_h', 'resize_w']]) },
    MLUResizecrop: {
      reason: CNML,
      tops: pictures('resize_crop_param', [
        ['resize_h', 'resize_w'],
        ['crop_h', 'crop_w'],
      ]),
    },
    MLUYUVtoRGB: { reason: CNML, tops: pictures(undefined, []) },
    SsdDetection: {
      reason: CNML,
      tops: (layer) => [[imagesOf(layer), layer.number('detection_output_param.keep_top_k', -1) * 7 + 64, 1, 1]],
    },
  },
};

/** Why a layer type of a dialect has no rule, and what is known of its tops; undefined where there is nothing to say. */
export function undefinedLayer(dialect: string, type: string): UndefinedLayer | undefined {
  const own = Object.hasOwn(ROWS, dialect) ? ROWS[dialect] : undefined;
  return own && Object.hasOwn(own, type) ? own[type] : undefined;
}
