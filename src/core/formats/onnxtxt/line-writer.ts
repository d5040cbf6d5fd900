/** Puts a text together and counts its lines. */
import { InputError } from '../../ir/errors.ts';
import { LONGEST_TEXT } from './names.ts';

export class LineWriter {
  /** The line that is written, counted from 1. */
  line = 1;
  private readonly parts: string[] = [];
  private length = 0;

  get text(): string {
    return this.parts.join('');
  }

  write(text: string): void {
    this.checkRoom(text.length);
    this.length += text.length;
    this.parts.push(text);
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.line++;
  }

  /** A text is one string, and there is a longest one. Throws InputError `file-too-large`. */
  checkRoom(more: number): void {
    if (this.length + more <= LONGEST_TEXT) return;
    const message = `the text would have more than the ${LONGEST_TEXT} characters that a text may have`;
    throw new InputError(
      'file-too-large',
      message,
      undefined,
      'Leave --inline out: large constants then stand beside it.',
    );
  }
}
