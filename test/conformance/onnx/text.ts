/**
 * Our text both ways, written to files that judge.py reads with ONNX's own tools: what we print of a binary, the binary
 * that we make of that text again, and the binary that we make of onnx.printer's text.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closeDataFiles } from '../../../src/core/formats/onnx/external.ts';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';
import { wholeText } from '../../../src/core/formats/onnxtxt/whole-text.ts';
import { FileBytes } from '../../../src/core/ir/bytes.ts';
import type { ModelReference } from './reference.ts';

/** Why a step of ours failed; absent where it did not, and left to judge.py. */
export interface TextResult {
  readonly printed?: string;
  readonly assembled?: string;
  readonly fromPrinter?: string;
}

/** Prints one model and makes binaries of both texts. */
export function measureText(folder: string, { name, path }: ModelReference): TextResult {
  const text = join(folder, 'ours', `${name}.onnxtxt`);
  const theirs = join(folder, 'printed', `${name}.onnxtxt`);
  const printed = attempt(() => write(text, printFile(join(folder, path))));
  const assembled = printed ?? attempt(() => write(join(folder, 'ours', `${name}.onnx`), assemble(text)));
  const fromPrinter = existsSync(theirs)
    ? attempt(() => write(join(folder, 'from-printer', `${name}.onnx`), assemble(theirs)))
    : undefined;
  return { ...(printed && { printed }), ...(assembled && { assembled }), ...(fromPrinter && { fromPrinter }) };
}

function printFile(file: string): string {
  const bytes = new FileBytes(file);
  try {
    const model = readOnnx(bytes);
    const text = wholeText(model);
    closeDataFiles(model);
    return text;
  } finally {
    bytes.close();
  }
}

function assemble(file: string): Uint8Array {
  return encodeOnnx(parseModel(readFileSync(file, 'utf8'), file));
}

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** The words of what was thrown. */
function attempt(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
