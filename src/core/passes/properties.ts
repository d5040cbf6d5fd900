/** What can be said of a whole model between passes. A pass names what it needs; the manager provides it or refuses the list. */
import { inferModel } from '../dialects/onnx/infer.ts';
import type { Model } from '../ir/model.ts';

export type Property =
  /** Every value that inference can tell has the type that it tells. Rules keep that: new values get theirs. */
  | 'typed'
  /** What follows from constants alone, and is small, is a constant. */
  | 'folded'
  /** Every node leads to an output of its graph. */
  | 'live';

/** How the manager brings about a property that no pass before has: undefined where only a pass can. */
export const PROVIDERS: Readonly<Record<Property, ((model: Model) => void) | undefined>> = {
  typed: (model) => {
    inferModel(model);
  },
  folded: undefined,
  live: undefined,
};
