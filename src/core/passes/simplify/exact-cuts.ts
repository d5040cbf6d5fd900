/** Where a Slice cuts, in numbers. */
import type { Node } from '../../ir/node.ts';
import { type Cut, cutsOf } from './forms.ts';

/** The cuts of a Slice with bounds within the sizes; undefined where a size or a bound is not a number. */
export function exactCuts(node: Node): readonly Cut[] | undefined {
  const { shape } = node.input(0) ?? {};
  const cuts = cutsOf(node)?.map((cut): Cut | undefined => {
    const size = shape?.[cut.axis];
    if (typeof size !== 'number' || cut.step < 1) return undefined;
    const bound = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    const start = bound(Number(cut.start));
    return { axis: cut.axis, start, end: Math.max(start, bound(Number(cut.end))), step: cut.step };
  });
  return cuts?.every((cut) => cut !== undefined) ? (cuts as Cut[]) : undefined;
}
