/** How far constants are computed beforehand: what may be read for it, and by how much a file may grow. */
import { type DataType, isFloat } from '../../ir/dtype.ts';

export interface FoldLimits {
  /** Whether so many elements may be read to compute with them at once, or be what comes out. */
  readonly isSmall: (dtype: DataType, count: number) => boolean;
  /** From how many elements on what is sure to have an outcome is computed while the file is written, and not before. */
  readonly later: number;
  /** Bytes that one folded value may add to the file, beyond the constants that it makes unnecessary. */
  readonly mostGrowth: number;
  /** The same for all values of a model together, as a share of its constants; but at least `leastRoom` bytes. */
  readonly mostShare: number;
  readonly leastRoom: number;
  /** What no operator takes as weights, such as tables of positions, must do with less of that room. */
  readonly tables: { readonly mostShare: number; readonly leastRoom: number };
  /** From how many elements on a constant of 8-bit integers stays one, although it is cast to floats: quantised weights. */
  readonly keptIntegers: number;
}

/** Sizes and what follows from them: weights are never read. */
export const SIZES_ALONE: FoldLimits = {
  isSmall: (dtype, count) => count <= (isFloat(dtype) ? 64 : 1 << 14),
  later: Number.POSITIVE_INFINITY,
  mostGrowth: 1 << 17,
  mostShare: 0,
  leastRoom: Number.POSITIVE_INFINITY,
  tables: { mostShare: 0, leastRoom: Number.POSITIVE_INFINITY },
  keptIntegers: Number.POSITIVE_INFINITY,
};

/** Everything that makes the graph smaller, and the file not much larger. */
export const ALL_CONSTANTS: FoldLimits = {
  isSmall: (_, count) => count <= 1 << 22,
  later: 1 << 16,
  mostGrowth: 1 << 24,
  mostShare: 0.1,
  leastRoom: 1 << 27,
  // Chosen by the zoo (docs/conformance.md): no file is larger by 1 % than that of another tool, and few operators stay.
  tables: { mostShare: 0.02, leastRoom: 1 << 18 },
  keptIntegers: 1 << 10,
};

/** Layers hold numbers and compute with what goes through the network alone: all that is known beforehand is one of them. */
export const ALL_KNOWN: FoldLimits = {
  isSmall: () => true,
  later: 1 << 16,
  mostGrowth: Number.POSITIVE_INFINITY,
  mostShare: 0,
  leastRoom: Number.POSITIVE_INFINITY,
  tables: { mostShare: 0, leastRoom: Number.POSITIVE_INFINITY },
  keptIntegers: Number.POSITIVE_INFINITY,
};
