/**
 * A binary model that is edited as text: its text, the constants that stand in that by their hash, and saving it back.
 * Constants that were in a data file of their own stay there as long as that file is as it was.
 */
import { statSync } from 'node:fs';
import { placeBeside } from '../formats/onnx/external.ts';
import { writeOnnx } from '../formats/onnx/write.ts';
import { parseModel } from '../formats/onnxtxt/parse.ts';
import { BlobStore, documentText } from '../formats/onnxtxt/store.ts';
import { InputError } from '../ir/errors.ts';
import { type OpenedModel, openModel, openToCheck } from '../open.ts';
import type { Progress } from '../progress.ts';
import { PLAIN_READING } from '../reading.ts';

/** A file as it was when its text was made. */
interface Printed {
  readonly text: string;
  readonly mtimeMs: number;
  readonly size: number;
}

export class EditedBinary {
  private readonly opened: OpenedModel[] = [];
  private printed: Printed | undefined;

  /** Files stay open, so that what they held can be written again after they were replaced. */
  readonly store = new BlobStore(() => {
    for (const model of this.opened) model.close();
  });

  constructor(readonly path: string) {}

  /** Whether the text was never asked for: then the store has no constants. */
  get isEmpty(): boolean {
    return this.opened.length === 0;
  }

  /**
   * The text of the file as it is now, also of a model whose names do not hold together: as text it can be mended. Throws
   * InputError where it is no ONNX model, or has faults that a text cannot show.
   */
  async text(progress: Progress): Promise<string> {
    const now = statSync(this.path, { throwIfNoEntry: false });
    const { printed } = this;
    if (printed && now && printed.mtimeMs === now.mtimeMs && printed.size === now.size) return printed.text;
    const { opened, faulty } = await this.open(progress);
    this.opened.push(opened);
    if (opened.format.id !== 'onnx') {
      const message = `this is ${opened.format.title}, and only ONNX models can be saved from their text`;
      throw new InputError('format-unsupported', message, { file: this.path }, 'Open its text without editing it.');
    }
    await progress.step('Writing the text');
    const text = documentText(opened.model, this.store, faulty);
    this.printed = { text, mtimeMs: now?.mtimeMs ?? 0, size: now?.size ?? 0 };
    return text;
  }

  private async open(progress: Progress): Promise<{ readonly opened: OpenedModel; readonly faulty: boolean }> {
    try {
      return { opened: await openModel(this.path, PLAIN_READING, progress), faulty: false };
    } catch (error) {
      if (!(error instanceof InputError) || error.code !== 'file-malformed') throw error;
      const opened = await openToCheck(this.path, PLAIN_READING, progress).catch(() => undefined);
      if (opened?.problems.length === 0) return { opened, faulty: true };
      opened?.close();
      throw error;
    }
  }

  /**
   * Writes the binary of a text, whole or not at all, and gives its size. Throws InputError `syntax-error` where the text
   * does not parse, `external-data-missing` where nothing has the bytes of a constant, `file-unwritable`.
   */
  async save(text: string, progress: Progress): Promise<number> {
    try {
      return await this.write(text, progress);
    } catch (error) {
      if (!isChanged(error)) throw error;
    }
    // Somebody wrote into the very file that constants were read from: they may be there all the same.
    this.printed = undefined;
    await this.text(progress);
    return this.write(text, progress).catch((error: unknown) => {
      if (!isChanged(error)) throw error;
      const message = 'constants of this text were in a file that somebody has written over';
      const next = 'Compare the text with the file as it is now, and take the constants of that.';
      throw new InputError('external-data-missing', message, { file: this.path }, next);
    });
  }

  private async write(text: string, progress: Progress): Promise<number> {
    await progress.step('Reading the text');
    const model = parseModel(text, this.path, { store: this.store });
    if (model.dialect !== 'onnx') {
      const message = `this text is a model of ${model.dialect}, and the file is one of ONNX`;
      throw new InputError('format-unsupported', message, { file: this.path }, 'Convert the model instead.');
    }
    await progress.step('Writing the model');
    await writeOnnx(model, this.path, {
      force: true,
      progress,
      kept: (tensor) => placeBeside(model, tensor, this.path),
    });
    // A file that was written within the same moment, and as large, looks the same from outside.
    this.printed = undefined;
    return statSync(this.path).size;
  }

  close(): void {
    this.store.close();
  }
}

function isChanged(error: unknown): boolean {
  return error instanceof InputError && error.code === 'file-changed';
}
