/**
 * Our text both ways, written to files that judge.py reads with ONNX's own tools: what we print of a binary, whole or with
 * its large constants beside it, the binaries that we make of both again, and the one that we make of onnx.printer's text.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closeDataFiles } from '../../../src/core/formats/onnx/external.ts';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { readOnnxText } from '../../../src/core/formats/onnxtxt/read.ts';
import { wholeText } from '../../../src/core/formats/onnxtxt/whole-text.ts';
import { writeOnnxText } from '../../../src/core/formats/onnxtxt/write.ts';
import { FileBytes } from '../../../src/core/ir/bytes.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { silent } from '../../../src/core/progress.ts';
import type { ModelReference } from './reference.ts';

/** Why a step of ours failed; absent where it did not, and left to judge.py. */
export interface TextResult {
  readonly printed?: string;
  readonly assembled?: string;
  /** Printing with large constants beside the text, and assembling that. */
  readonly beside?: string;
  readonly fromPrinter?: string;
}

/** Prints one model both ways and makes binaries of all texts. */
export async function measureText(folder: string, { name, path }: ModelReference): Promise<TextResult> {
  const place = (kind: string, ending: string) => join(folder, kind, `${name}.${ending}`);
  const [text, besideText, theirs] = [
    place('ours', 'onnxtxt'),
    place('beside', 'onnxtxt'),
    place('printed', 'onnxtxt'),
  ];
  const source = join(folder, path);
  const printed = await attempt(() => withModel(source, (model) => write(text, wholeText(model))));
  const assembled = printed ?? (await attempt(() => write(place('ours', 'onnx'), assemble(text))));
  const beside = await attempt(async () => {
    await withModel(source, (model) => writeBeside(model, besideText));
    write(place('beside', 'onnx'), assemble(besideText));
  });
  const fromPrinter = existsSync(theirs)
    ? await attempt(() => write(place('from-printer', 'onnx'), assemble(theirs)))
    : undefined;
  return {
    ...(printed && { printed }),
    ...(assembled && { assembled }),
    ...(beside && { beside }),
    ...(fromPrinter && { fromPrinter }),
  };
}

async function withModel(file: string, work: (model: Model) => unknown): Promise<void> {
  const bytes = new FileBytes(file);
  try {
    const model = readOnnx(bytes);
    await work(model);
    closeDataFiles(model);
  } finally {
    bytes.close();
  }
}

async function writeBeside(model: Model, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await writeOnnxText(model, file, { inline: false, force: true, progress: silent });
}

function assemble(file: string): Uint8Array {
  const bytes = new FileBytes(file);
  try {
    const model = readOnnxText(bytes);
    const binary = encodeOnnx(model);
    closeDataFiles(model);
    return binary;
  } finally {
    bytes.close();
  }
}

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** The words of what was thrown. */
async function attempt(work: () => void | Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
