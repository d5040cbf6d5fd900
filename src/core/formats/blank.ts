/**
 * Files that are no model of any format because their content is not there: empty ones, zeros where a download or a copy
 * ended, and pointers of Git LFS (git-lfs/docs/spec.md). Every reader says it in the same words.
 */
import type { ByteSource } from '../ir/bytes.ts';
import { InputError } from '../ir/errors.ts';

const LOOKED_AT = 4096;
const FETCH_AGAIN = 'It was not written or fetched to its end: fetch or save it again.';

/** Throws InputError `file-truncated` or `git-lfs-pointer` where a file has no content of its own. */
export function checkNotBlank(source: ByteSource): void {
  const error = blankness(source);
  if (error) throw error;
}

/** What is wrong with a file that has no content of its own; undefined for one that has. */
export function blankness(source: ByteSource): InputError | undefined {
  const place = { file: source.name, offset: 0 };
  if (source.size === 0) return new InputError('file-truncated', 'the file is empty', place, FETCH_AGAIN);
  const head = source.read(0, Math.min(source.size, LOOKED_AT));
  if (head.every((byte) => byte === 0)) {
    const message = `the file starts with ${head.length} zero bytes`;
    return new InputError('file-truncated', message, place, FETCH_AGAIN);
  }
  const text = Buffer.from(head).toString('latin1');
  if (!text.startsWith('version https://git-lfs.github.com/spec/')) return undefined;
  const size = /^size (\d+)$/m.exec(text)?.[1];
  const message = `this is a Git LFS pointer${size ? ` to a file of ${size} bytes` : ''}, not the file itself`;
  return new InputError('git-lfs-pointer', message, place, 'Fetch the file: run `git lfs pull` in its repository.');
}
