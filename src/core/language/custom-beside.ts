/** The custom operators that an edited text may have. */
import { type CustomOperators, NO_CUSTOM_OPERATORS } from '../custom/definition.ts';
import { loadCustomOperators } from '../custom/read.ts';
import { InputError } from '../ir/errors.ts';

/** Those of the graphwright.ops.json above a path. A file that is wrong is told where it is used, not at every word: it has none. */
export function customBeside(path: string): CustomOperators {
  try {
    return loadCustomOperators(path, []);
  } catch (error) {
    if (error instanceof InputError) return NO_CUSTOM_OPERATORS;
    throw error;
  }
}
