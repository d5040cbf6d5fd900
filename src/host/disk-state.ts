/** What a file on disk was when we looked: told apart by when it was written, its length and its place on the disk. */
import { type BigIntStats, promises as fs } from 'node:fs';

/** The state of a file in the words of an editor that has to notice every change of it. */
export interface DiskState {
  /** Equal for the same state. */
  readonly stamp: string;
  /** Milliseconds; larger for every later state that is seen. */
  readonly mtime: number;
  /**
   * Stands where VS Code asks for a size. VS Code takes a file for unchanged where time or size are those it knows, and
   * new weights do not change a size: so this is a number made from the stamp, different for every state.
   */
  readonly size: number;
}

const SIZES = 1_000_000;

/** The state now, given the last one that was seen. Fails as fs.stat does. */
export async function diskState(path: string, before: DiskState | undefined, revision = 0): Promise<DiskState> {
  const found = await fs.stat(path, { bigint: true });
  const stamp = stampOf(found, revision);
  if (before?.stamp === stamp) return before;
  const mtime = Math.max(Number(found.mtimeMs), (before?.mtime ?? 0) + 1);
  return { stamp, mtime, size: 1 + (hashOf(stamp) % SIZES) };
}

function stampOf({ mtimeNs, size, ino }: BigIntStats, revision: number): string {
  return `${mtimeNs} ${size} ${ino} ${revision}`;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
