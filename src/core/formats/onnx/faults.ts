/** What is wrong with a file that can be read all the same: told as problems, while reading goes on. */
import { InputError, type InputErrorCode, type Place } from '../../ir/errors.ts';
import type { Node } from '../../ir/node.ts';
import { PROBLEM_CODES, type ProblemCode } from '../../problems/codes.ts';
import type { Part } from '../../problems/part.ts';
import { type Problem, problem } from '../../problems/problem.ts';

export class Faults {
  readonly problems: Problem[] = [];
  /** Nodes of which some attribute could not be read: whether they fit their operators cannot be told. */
  readonly told = new Set<Node>();

  report(code: ProblemCode, details: Readonly<Record<string, string>>, filePlace: Place, part?: Part): void {
    this.problems.push({ ...problem(code, undefined, details, part), filePlace });
  }

  /** A fault that ends strict reading. `code` is the problem's where the error does not say more. */
  add(error: InputError, code: ProblemCode, part?: Part): void {
    const known = CODE_OF[error.code] ?? code;
    const startsMessage = PROBLEM_CODES[known].message.startsWith('{reason}');
    const reason = startsMessage ? error.message.charAt(0).toUpperCase() + error.message.slice(1) : error.message;
    this.report(known, { reason }, error.place ?? { file: '' }, part);
  }
}

const CODE_OF: Partial<Record<InputErrorCode, ProblemCode>> = {
  'external-data-missing': 'external-data-missing',
  'external-data-outside': 'external-data-outside',
  'git-lfs-pointer': 'external-data-missing',
};

/** Takes a step of reading. Where reading is lenient, a fault in it is told and `otherwise` is the result. */
export function attempt<T>(
  faults: Faults | undefined,
  step: () => T,
  otherwise: () => T,
  code: ProblemCode,
  part?: Part,
): T {
  if (!faults) return step();
  try {
    return step();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.add(error, code, part);
    return otherwise();
  }
}
