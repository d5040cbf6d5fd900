/** Rows of the table of forwards that a user wrote in graphwright.ops.json. */
import type { CustomForward } from '../../custom/forwards.ts';
import { parseSource } from '../../formats/torch/parser.ts';
import { sourceFile } from '../../formats/torch/text.ts';
import { InputError } from '../../ir/errors.ts';
import { type Fit, parseFit } from './fit.ts';
import type { ForwardRow } from './forward-table.ts';

/** The row of an entry: the user's word, so it is not assumed. Throws InputError with the entry's place. */
export function ownRow(entry: CustomForward): ForwardRow {
  const { className, code, file } = entry;
  const dot = className.lastIndexOf('.');
  const [module, name] = [className.slice(0, dot), className.slice(dot + 1)];
  const text = `class ${name}:\n${code.replace(/^(?=.)/gm, '    ')}\n`;
  const source = sourceFile(`code/${module.replaceAll('.', '/')}.py`, text);
  try {
    const definition = parseSource(source, file, true).get(className);
    if (definition?.kind !== 'class' || !definition.methods.has('forward')) throw wrong(entry, 'it defines no forward');
    return { definition: { ...definition, base: 'Module' }, exact: true, fit: fitOf(entry) };
  } catch (error) {
    // The first line of the text is ours.
    if (error instanceof InputError && error.code === 'syntax-error')
      throw wrong(entry, `line ${(error.place?.line ?? 2) - 1} of its forward: ${error.message}`);
    throw error;
  }
}

function fitOf(entry: CustomForward): Fit | undefined {
  try {
    return entry.fits === undefined ? undefined : parseFit(entry.fits);
  } catch (error) {
    throw error instanceof RangeError ? wrong(entry, error.message) : error;
  }
}

function wrong({ className, file, line }: CustomForward, reason: string): InputError {
  return new InputError(
    'file-malformed',
    `the entry of ${className} is not understood: ${reason}`,
    { file, line },
    'docs/pickled-modules.md says what a forward may hold.',
  );
}
