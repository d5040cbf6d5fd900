/** Operators that sample a grid anew. Rules: ATen/native/UpSample.h, GridSampler.cpp. */
import { type Dim, floorDivide, multiply, type Shape } from '../../../ir/shape.ts';
import {
  each,
  fresh,
  likeFormat,
  mismatch,
  packed,
  type Rule,
  type RuleTable,
  sizeText,
  type TensorInfo,
  undecided,
} from '../rule.ts';

/** A size times a factor, rounded down. Of a symbol that is exact where the factor is a fraction of small numbers. */
export function scaled(size: Dim, factor: number): Dim {
  if (typeof size === 'number') return Math.floor(size * factor);
  for (let divisor = 1; divisor <= FINEST; divisor *= 2) {
    if (Number.isInteger(factor * divisor)) return floorDivide(multiply(size, factor * divisor), divisor);
  }
  return undecided(`how the size ${sizeText(size)} times ${factor} is rounded`);
}

/** Fractions of powers of two are exact as floats. */
const FINEST = 1024;

/** Sizes are given, or follow from scale factors, rounded down. */
const upsample =
  (axes: number): Rule =>
  (args) => {
    const self = args.optionalTensor('self') ?? args.tensor('input');
    const sizes = self.shape.slice(-axes);
    const given = args.optionalDims('output_size');
    const scales = args.optionalFloats('scale_factors');
    const out = given ?? sizes.map((size, k) => scaled(size, scales?.[k] ?? mismatch('an upsampling without a size')));
    const shape = [...self.shape.slice(0, -axes), ...out];
    return axes === 1 ? packed(self.dtype, shape, self) : likeFormat(self.dtype, shape, self);
  };

const gridSampled: Rule = (args) => {
  const [input, grid] = [args.tensor('input'), args.tensor('grid')];
  const shape = [...input.shape.slice(0, 2), ...grid.shape.slice(1, -1)];
  return sampled(input, shape);
};

function sampled(input: TensorInfo, shape: Shape): TensorInfo {
  return input.shape.length === 4 ? likeFormat(input.dtype, shape, input) : packed(input.dtype, shape, input);
}

export const resampling: RuleTable = {
  ...each('upsample_nearest1d upsample_linear1d _upsample_nearest_exact1d', upsample(1)),
  ...each(
    `upsample_nearest2d upsample_bilinear2d upsample_bicubic2d _upsample_nearest_exact2d _upsample_bilinear2d_aa
    _upsample_bicubic2d_aa`,
    upsample(2),
  ),
  ...each('upsample_nearest3d upsample_trilinear3d _upsample_nearest_exact3d', upsample(3)),
  ...each('grid_sampler grid_sampler_2d grid_sampler_3d', gridSampled),
  affine_grid_generator: (args) => {
    const [n, , ...sizes] = args.dims('size');
    return fresh(args.tensor('theta').dtype, [n, ...sizes, sizes.length]);
  },
};
