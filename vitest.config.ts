import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/fuzz/**/*.test.ts'],
    // A model that a pass breaks fails the test that ran it.
    env: { GRAPHWRIGHT_VALIDATE_PASSES: '1' },
    // A hang is minutes; a busy machine takes its time.
    testTimeout: 90_000,
    // Few workers that keep what they have loaded from file to file: the suites are small and start-up is what costs.
    maxWorkers: 2,
    isolate: false,
  },
});
