/** Shapes and whole numbers that operators take, for random examples. Rules: the ONNX operator specification. */
import type { Attribute } from '../../ir/attribute.ts';
import type { Random } from './examples.ts';

type Shapes = readonly (readonly number[] | undefined)[];
type Template = (
  index: number,
  shapes: Shapes,
  size: (least: number, most: number) => number,
  flag: (name: string) => boolean,
) => number[] | undefined;

const SPATIAL: Template = (index, [x], size) => {
  if (index > 0) return [x?.[1] ?? 1];
  return [size(1, 2), size(2, 4), ...Array.from({ length: size(1, 2) }, () => size(4, 6))];
};

const TEMPLATES: Readonly<Record<string, Template>> = {
  Conv: (index, shapes, size, flag) => {
    const [x, w] = shapes;
    if (index === 1 && x) return [size(2, 4), x[1] ?? 1, ...x.slice(2).map(() => size(1, 3))];
    return index === 2 ? [w?.[0] ?? 1] : SPATIAL(index, shapes, size, flag);
  },
  ConvTranspose: (index, shapes, size, flag) => {
    const [x, w] = shapes;
    if (index === 1 && x) return [x[1] ?? 1, size(2, 4), ...x.slice(2).map(() => size(1, 3))];
    return index === 2 ? [w?.[1] ?? 1] : SPATIAL(index, shapes, size, flag);
  },
  MatMul: (index, [x], size) => {
    if (index === 0) return Array.from({ length: size(2, 3) }, () => size(2, 4));
    return [x?.at(-1) ?? 1, size(2, 4)];
  },
  Gemm: (index, [x, w], size, flag) => {
    if (index === 0) return [size(2, 4), size(2, 4)];
    const inner = x?.[flag('transA') ? 0 : 1] ?? 1;
    if (index === 1) return flag('transB') ? [size(2, 4), inner] : [inner, size(2, 4)];
    return [w?.[flag('transB') ? 0 : 1] ?? 1];
  },
  BatchNormalization: SPATIAL,
  InstanceNormalization: SPATIAL,
  MaxPool: SPATIAL,
  AveragePool: SPATIAL,
  GlobalAveragePool: SPATIAL,
  GlobalMaxPool: SPATIAL,
  LayerNormalization: (index, [x]) => (index > 0 ? [x?.at(-1) ?? 1] : undefined),
  DepthToSpace: (_, __, size) => [1, 4, size(2, 3), size(2, 3)],
  SpaceToDepth: (_, __, size) => [1, size(1, 3), 4, 4],
};

/** The size of all axes where they are to be equal: what mixes up axes is then not told by its type. */
const EQUAL = 3;

/** A shape for an input beside those that are there already. */
export function shapeFor(
  op: string,
  index: number,
  shapes: Shapes,
  attributes: ReadonlyMap<string, Attribute>,
  random: Random,
  rank: number | undefined,
  equal: boolean,
): number[] {
  const size = (least: number, most: number) =>
    equal ? Math.min(Math.max(EQUAL, least), most) : least + Math.floor(random() * (most - least + 1));
  const flag = (name: string) => attributes.get(name)?.value === 1n;
  const template = TEMPLATES[op]?.(index, shapes, size, flag);
  if (template && (rank === undefined || template.length === rank)) return template;
  const beside = shapes.find((shape) => shape !== undefined);
  if (!beside || rank !== undefined) return Array.from({ length: rank ?? size(1, 4) }, () => size(1, 4));
  // The same shape, or one that broadcasts to it.
  const how = random();
  if (how < 0.5) return [...beside];
  if (how < 0.6) return [];
  return beside.slice(size(0, beside.length)).map((each) => (random() < 0.3 ? 1 : each));
}

/** Whole numbers for an input that shapes, axes or indices stand in; undefined for one that holds data. */
export function wholeNumbersFor(
  op: string,
  formal: string,
  x: readonly number[] | undefined,
  random: Random,
): number[] | undefined {
  const shape = x ?? [1];
  const axis = Math.floor(random() * Math.max(shape.length, 1));
  switch (formal) {
    case 'shape':
      if (op === 'Expand') return [...shape];
      return random() < 0.5 ? [-1] : [...shape].reverse();
    case 'axes':
      return [axis];
    case 'indices':
      return [Math.floor(random() * (shape[0] ?? 1))];
    case 'starts':
      return [0];
    case 'ends':
      return [Math.max((shape[0] ?? 1) - 1, 1)];
    case 'steps':
      return [1];
    case 'repeats':
      return shape.map(() => 1 + Math.floor(random() * 2));
    case 'pads':
      return [...shape, ...shape].map(() => Math.floor(random() * 2));
    case 'K':
      return [1];
    default:
      return undefined;
  }
}
