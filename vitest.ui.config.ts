import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/ui/**/*.test.ts'],
    // The tests of a file follow one another through one workbench; files wait for each other.
    fileParallelism: false,
    // A test passes as soon as it sees what it waits for: a limit only ends what would never come, on a slow machine too.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    bail: 0,
  },
});
