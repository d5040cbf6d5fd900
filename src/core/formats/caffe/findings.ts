/** What is found wrong with a network while it is read, each with its place. */
import type { Place } from '../../ir/errors.ts';
import type { Node } from '../../ir/node.ts';
import type { Origin } from '../../ir/origin.ts';
import type { ProblemCode } from '../../problems/codes.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import type { Entry } from './tree.ts';

export class Findings {
  readonly problems: Problem[] = [];

  add(
    code: ProblemCode,
    node: Node | undefined,
    place: Place | undefined,
    details: Readonly<Record<string, string>> = {},
  ): void {
    const made = problem(code, node, details, node && { kind: 'node' });
    // Lines are origins; a place in a binary is a place in the file.
    const origin = place?.line === undefined ? made.origin : originAt(place);
    this.problems.push({ ...made, origin, ...(place?.offset !== undefined && { filePlace: place }) });
  }
}

/** Where a field stands: a line of a text, or an offset of a binary. */
export function placeOf({ line, column, offset }: Pick<Entry, 'line' | 'column' | 'offset'>, file: string): Place {
  return {
    file,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(offset !== undefined && { offset }),
  };
}

export function originAt({ file, line, column }: Place): Origin {
  if (line === undefined) return [];
  return [{ kind: 'prototxt', file, line, ...(column !== undefined && { column }) }];
}
