/** Texts that are edited at random: after every edit the document is what a fresh one of its text is. */
import { test } from 'vitest';
import { randomNumbers } from '../unit/core/language/random.ts';
import { EDITED, editAtRandom } from '../unit/core/language/random-edits.ts';

/** `FUZZ_SEED=7 FUZZ_ROUNDS=1000 npx vitest run test/fuzz/edits` looks further: one seed a round. */
const { FUZZ_SEED, FUZZ_ROUNDS } = process.env;
const SEED = Number(FUZZ_SEED ?? 20261126);
const ROUNDS = Number(FUZZ_ROUNDS ?? 2);

test.each(EDITED)(
  `edits %s, ${ROUNDS} seeds from ${SEED} on`,
  (_, start, edit) => {
    for (let round = 0; round < ROUNDS; round++) editAtRandom(start, edit, randomNumbers(SEED + round));
  },
  3_600_000,
);
