/** The text of a model with everything that its file says: made a file of again, it is the same. */
import type { Model } from '../../ir/model.ts';
import { type PrintOptions, printModel } from './print.ts';

/** All notes as they are. */
const AS_IT_IS = (json: string) => json;

/**
 * Prints a model so that its text can stand for its file. Models of other dialects than ONNX have no such file, and no
 * notes. `elide` gives what stands for the elements of a large constant; without it all elements are printed.
 */
export function wholeText(model: Model, elide?: PrintOptions['elide']): string {
  const notes = model.dialect === 'onnx' ? { notes: AS_IT_IS } : {};
  return printModel(model, { inline: true, ...notes, ...(elide && { elide }) }).text;
}
