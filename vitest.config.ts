import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/fuzz/**/*.test.ts'],
    testTimeout: 20_000,
    // One process with few workers: the suites are small and start-up is what costs.
    maxWorkers: 2,
  },
});
