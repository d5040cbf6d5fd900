/** The shape of what tensors pick (`x[i, mask]`). Rules: ATen/native/IndexingUtils.h, TensorAdvancedIndexing.cpp. */
import { type Dim, type Shape, sameDim } from '../../../ir/shape.ts';
import { agreeShapes, broadcast, mismatch, packed, type Rule, type TensorInfo, undecided } from '../rule.ts';

/** `uint8` is an old spelling of masks. */
function isMask({ dtype }: TensorInfo): boolean {
  return dtype === 'bool' || dtype === 'uint8';
}

/**
 * The shape of the index of each axis; undefined where none indexes it. A mask over several axes is the places of its true
 * elements: a list for each of them, of a length that only the data says.
 */
function indexOfEachAxis(
  self: TensorInfo,
  given: readonly (TensorInfo | undefined)[],
  counted: () => Dim,
): (Shape | undefined)[] {
  const axes: (Shape | undefined)[] = [];
  for (const tensor of given) {
    if (!tensor || !isMask(tensor)) {
      axes.push(tensor?.shape);
      continue;
    }
    if (tensor.shape.length === 0) undecided('a mask without axes as index');
    agreeShapes(self.shape.slice(axes.length, axes.length + tensor.shape.length), tensor.shape, 'a mask as index');
    const found: Shape = [counted()];
    axes.push(...tensor.shape.map(() => found));
  }
  if (axes.length > self.shape.length) mismatch(`${axes.length} indices of ${self.shape.length} axes`);
  return axes;
}

/** As `broadcast`, where a count that only a run knows may be 1, or what the others are. */
function common(shapes: readonly Shape[], counted: () => Dim): Dim[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, k) => {
    const sizes = shapes.flatMap((shape) => (k - rank + shape.length >= 0 ? [shape[k - rank + shape.length]] : []));
    const told = sizes.find((size) => typeof size === 'number' && size !== 1);
    if (told !== undefined) return told;
    const [first, ...others] = sizes.filter((size) => size !== 1);
    if (sizes.every((size) => size === 1)) return 1;
    return others.every((size) => sameDim(size, first)) ? first : counted();
  });
}

/** The common shape of the indices stands where the first indexed axis was, or in front where others stand between them. */
export const index: Rule = (args, counted) => {
  const self = args.tensor('self');
  const given = args.optionalTensors('indices');
  if (!given.some((tensor) => tensor)) return self;
  const masked = given.some((tensor) => tensor && isMask(tensor));
  const axes = indexOfEachAxis(self, given, counted);
  const used = axes.flatMap((shape, axis) => (shape ? [{ shape, axis }] : []));
  const [first = 0, last = 0] = [used[0]?.axis, used.at(-1)?.axis];
  const shapes = used.map(({ shape }) => shape);
  const chosen = masked ? common(shapes, counted) : broadcast(...shapes);
  const rest = self.shape.filter((_, axis) => !axes[axis]);
  const together = last - first + 1 === used.length;
  const at = together ? first : 0;
  const shape = [...rest.slice(0, at), ...chosen, ...rest.slice(at)];
  // Only indices of one axis behind untouched ones give a result that is certainly row-major.
  const plain = first === 0 && together && !masked;
  return { dtype: self.dtype, shape, strides: plain ? packed(self.dtype, shape, self).strides : undefined };
};
