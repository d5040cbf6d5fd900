/** What is said of a comparison: whether its sides agree, and where they differ by how much. */
import type { Verification } from './request.ts';

/** Rounding makes less of a difference than this, relative to the largest number of an output. */
const CLOSE = 1e-4;

export function agrees({ relativeError }: Pick<Verification, 'relativeError'>): boolean {
  return relativeError <= CLOSE;
}

/** `no difference`, `largest relative difference 1.5e-7`; the output is named where the sides do not agree. */
export function differenceText(verification: Pick<Verification, 'relativeError' | 'worst'>): string {
  const { relativeError, worst } = verification;
  if (relativeError === 0) return 'no difference';
  if (worst?.reason !== undefined) return `output ${worst.output}: ${worst.reason}`;
  const by = Number.isFinite(relativeError)
    ? `largest relative difference ${relativeError.toExponential(1)}`
    : 'NaN or infinite on one side only';
  return worst && !agrees(verification) ? `${by}, in output ${worst.output}` : by;
}
