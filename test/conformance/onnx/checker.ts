/** Our checker beside onnx.checker (full): both must accept a model, or both must reject it. */
import { InputError } from '../../../src/core/ir/errors.ts';
import { openToCheck } from '../../../src/core/open.ts';
import { checkModel } from '../../../src/core/pipeline.ts';
import { silent } from '../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../src/core/reading.ts';
import type { ModelReference } from './reference.ts';

export interface CheckerResult {
  readonly verdict: 'both accept' | 'both reject' | 'only ours rejects' | 'only theirs rejects' | 'fault';
  /** Our errors: the code of each, and its words. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
  readonly theirs: string | null;
}

/** Checks one file as `graphwright check` does. */
export async function measureChecker(file: string, reference: ModelReference): Promise<CheckerResult> {
  const theirs = reference.checker;
  try {
    const errors = await errorsOf(file);
    const [us, them] = [errors.length === 0, theirs === null];
    const verdict =
      us === them ? (us ? 'both accept' : 'both reject') : us ? 'only theirs rejects' : 'only ours rejects';
    return { verdict, errors, theirs };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: 'fault', errors: [{ code: 'fault', message }], theirs };
  }
}

async function errorsOf(file: string): Promise<CheckerResult['errors']> {
  try {
    const opened = await openToCheck(file, PLAIN_READING, silent);
    try {
      const problems = await checkModel(opened, undefined, silent);
      return problems.filter(({ severity }) => severity === 'error').map(({ code, message }) => ({ code, message }));
    } finally {
      opened.close();
    }
  } catch (error) {
    if (error instanceof InputError) return [{ code: error.code, message: error.describe() }];
    throw error;
  }
}
