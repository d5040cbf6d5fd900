/** The error that every part of the engine throws for bad input: which file, where in it, what was expected, what to do next. */

/** Where in a file something is wrong: a byte offset, or a line and column (both counted from 1). */
export interface Place {
  readonly file: string;
  readonly offset?: number;
  readonly line?: number;
  readonly column?: number;
  /** The part inside the file, such as a zip entry or a tensor's name. */
  readonly inside?: string;
}

/** What is wrong with a file, as a word that tests and the user interface can rely on. */
export type InputErrorCode =
  | 'file-missing'
  | 'file-changed'
  | 'file-exists'
  | 'file-unwritable'
  | 'file-truncated'
  | 'file-malformed'
  | 'file-too-large'
  | 'format-unknown'
  | 'format-unsupported'
  | 'git-lfs-pointer'
  | 'external-data-missing'
  | 'external-data-outside'
  | 'unsafe-pickle'
  | 'weights-only'
  | 'no-program'
  | 'syntax-error'
  | 'runtime-missing'
  | 'runtime-failed'
  | 'document-unknown'
  | 'bad-argument';

/** The input or the call is bad (exit status 2). `next` says what the user can do. */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(
    readonly code: InputErrorCode,
    message: string,
    readonly place?: Place,
    readonly next?: string,
  ) {
    super(message);
  }

  /** One or two lines for people: place, message, next step. */
  describe(): string {
    const where = this.place ? `${placeText(this.place)}: ` : '';
    return `${where}${this.message}${this.next ? `\n${this.next}` : ''}`;
  }
}

/** The user stopped the work. Nothing is left behind. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor() {
    super('Cancelled.');
  }
}

/** `file:line:column`, `file[entry] at byte N`. */
export function placeText(place: Place): string {
  const inside = place.inside === undefined ? '' : `[${place.inside}]`;
  const line = place.line === undefined ? '' : `:${place.line}${place.column === undefined ? '' : `:${place.column}`}`;
  const offset = place.offset === undefined ? '' : ` at byte ${place.offset}`;
  return `${place.file}${inside}${line}${offset}`;
}
