/** Files of ONNX text. */
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import type { Model } from '../../ir/model.ts';
import { LONGEST_TEXT } from './names.ts';
import { parseModel } from './parse.ts';

/** Reads and parses a file. Throws InputError `syntax-error`, `file-too-large`, or `file-malformed` where it is no UTF-8. */
export function readOnnxText(source: ByteSource): Model {
  return parseModel(readText(source), source.name);
}

/** The text of a file. Throws InputError `file-too-large`, or `file-malformed` where it is no UTF-8. */
export function readText(source: ByteSource): string {
  if (source.size > LONGEST_TEXT) {
    const message = `the text has ${source.size} bytes, and ${LONGEST_TEXT} is the most that is parsed`;
    const next = 'Keep the model as a binary .onnx file, where constants take less room.';
    throw new InputError('file-too-large', message, { file: source.name }, next);
  }
  return decode(source);
}

function decode(source: ByteSource): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, source.size));
  } catch (error) {
    if (error instanceof InputError) throw error;
    const place = { file: source.name };
    throw new InputError('file-malformed', 'the text is not in UTF-8', place, 'Save it in UTF-8.');
  }
}
