/**
 * Sizes and numbers that a program was exported for within bounds alone: by `Dim("n", min=2, max=64)`, or because export found
 * a condition on them (range_constraints of torch/export/exported_program.py). PyTorch refuses others when it runs the
 * program; a converted model would compute something, which is not what the program computes.
 */
import { Expression } from '../../ir/expression.ts';
import { boundsOf, type Dim } from '../../ir/shape.ts';
import type { Operators } from '../operators/operators.ts';

/** A size or number that a caller gives, and where: `axis 1 of x`. */
export interface GivenSize {
  readonly size: Dim;
  readonly place: string;
}

/** What is larger is no bound: older versions write the largest int64 for none. */
const NO_BOUND = 2 ** 40;
/** PyTorch takes sizes of 0 and 1 for fixed ones, so that 2 is the least of every open size that it names itself. */
const USUAL_LEAST = 2;

/** Warns once of each size whose bounds its name does not tell. */
export function reportBounds(operators: Operators, sizes: readonly GivenSize[]): void {
  for (const { size, place } of sizes) {
    if (!(size instanceof Expression)) continue;
    const { least, most } = boundsOf(size);
    const isBounded = { below: least > USUAL_LEAST, above: most < NO_BOUND };
    if (!isBounded.below && !isBounded.above) continue;
    const bounds = [
      ...(isBounded.below || least === USUAL_LEAST ? [`at least ${least}`] : []),
      ...(isBounded.above ? [`at most ${most}`] : []),
    ];
    const details = { size: size.toString(), place, bounds: bounds.join(' and ') };
    operators.recorder.report('size-bounded', { operator: 'forward' }, details, `size-bounded ${details.size}`);
  }
}
