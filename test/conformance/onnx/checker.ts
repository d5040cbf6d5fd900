/** Our checker beside onnx.checker (full): both must accept a model, or both must reject it, or we say why onnx alone does. */
import { InputError } from '../../../src/core/ir/errors.ts';
import { openToCheck } from '../../../src/core/open.ts';
import { checkModel } from '../../../src/core/pipeline.ts';
import type { Severity } from '../../../src/core/problems/codes.ts';
import type { Problem } from '../../../src/core/problems/problem.ts';
import { silent } from '../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../src/core/reading.ts';
import type { ModelReference } from './reference.ts';

export interface CheckerResult {
  readonly verdict: 'both accept' | 'both reject' | 'only ours rejects' | 'told' | 'only theirs rejects' | 'fault';
  /** Our errors, and warnings of what onnx alone rejects: the code of each, and its words. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
  readonly theirs: string | null;
}

/** Warnings: a claim of what onnx.checker does, and what it may or may not mind. */
const CLAIM = 'onnx-rejects';
const DOUBTS: ReadonlySet<string> = new Set(['default-contradicts', 'external-data-linked']);

/** Checks one file as `graphwright check` does. */
export async function measureChecker(file: string, reference: ModelReference): Promise<CheckerResult> {
  const theirs = reference.checker;
  try {
    const { errors, warnings } = await toldOf(file);
    const them = theirs === null;
    // A warning that claims more than is so is as wrong as an error.
    const told = [...errors, ...warnings.filter(({ code }) => code === CLAIM || (!them && DOUBTS.has(code)))];
    const us = told.length === 0;
    return {
      verdict: us === them ? agreed(us, errors.length === 0) : us ? ONLY_THEIRS : ONLY_OURS,
      errors: told,
      theirs,
    };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: 'fault', errors: [{ code: 'fault', message }], theirs };
  }
}

const ONLY_THEIRS = 'only theirs rejects';
const ONLY_OURS = 'only ours rejects';

/** `told`: it is right, and we say that onnx.checker rejects it, and why. */
function agreed(accepts: boolean, isRight: boolean): 'both accept' | 'told' | 'both reject' {
  if (accepts) return 'both accept';
  return isRight ? 'told' : 'both reject';
}

type Told = CheckerResult['errors'];

async function toldOf(file: string): Promise<{ errors: Told; warnings: Told }> {
  try {
    const opened = await openToCheck(file, PLAIN_READING, silent);
    try {
      const problems = await checkModel(opened, undefined, silent);
      const of = (wanted: Severity) => problems.filter(({ severity }) => severity === wanted).map(said);
      return { errors: of('error'), warnings: of('warning') };
    } finally {
      opened.close();
    }
  } catch (error) {
    if (error instanceof InputError) return { errors: [{ code: error.code, message: error.describe() }], warnings: [] };
    throw error;
  }
}

function said({ code, message }: Problem): Told[number] {
  return { code, message };
}
