/** Work after a pause, one at a time. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../../../src/host/language/pace.ts';

let runs: number;
let end: () => void;
let pace: Pace;

beforeEach(() => {
  vi.useFakeTimers();
  runs = 0;
  pace = new Pace(() => {
    runs++;
    return new Promise((resolve) => {
      end = resolve;
    });
  });
});
afterEach(() => {
  pace.dispose();
  vi.useRealTimers();
});

test('it is done once, when nobody has wanted it for a while', async () => {
  for (let keys = 0; keys < 5; keys++) {
    pace.later(100);
    await vi.advanceTimersByTimeAsync(60);
  }
  expect(runs).toBe(0);
  await vi.advanceTimersByTimeAsync(40);
  expect(runs).toBe(1);
});

test('what is wanted while it runs is done after it', async () => {
  pace.later(0);
  await vi.advanceTimersByTimeAsync(1);
  pace.later(100);
  pace.later(100);
  await vi.advanceTimersByTimeAsync(1000);
  expect(runs).toBe(1);
  end();
  await vi.advanceTimersByTimeAsync(100);
  expect(runs).toBe(2);
  end();
  await vi.advanceTimersByTimeAsync(1000);
  expect(runs).toBe(2);
});

test('nothing is done after its end', async () => {
  pace.later(10);
  pace.dispose();
  pace.later(10);
  await vi.advanceTimersByTimeAsync(100);
  expect(runs).toBe(0);
});
