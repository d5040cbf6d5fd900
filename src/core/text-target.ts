/** What a text is checked against, and what its user takes along. */
import { PLAIN_READING, type Reading } from './reading.ts';
import type { TargetRequest } from './targets/target.ts';

export type TextTarget = TargetRequest & Partial<Pick<Reading, 'accept'>>;

/** A text is read as it stands. */
export function readingFor({ accept = [] }: TextTarget): Reading {
  return { ...PLAIN_READING, accept };
}
