/** What must hold for every layout: boxes apart, edges downward and beside boxes, the same result twice, in linear time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layout } from '../../../../webview/layout/layout.ts';
import type { LayoutInput, LayoutResult } from '../../../../webview/layout/types.ts';
import { cpuTime } from '../../cpu-time.ts';

/** A graph without circles: every box reads some that stand before it. */
const graphs = fc
  .array(fc.record({ width: fc.integer({ min: 10, max: 300 }), reads: fc.array(fc.nat(), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((list): LayoutInput => {
    const boxes = list.map(({ width }) => ({ width, height: 20 + (width % 40) }));
    const edges = list.flatMap(({ reads }, to) =>
      to === 0 ? [] : [...new Set(reads.map((read) => read % to))].map((from) => edge(from, to)),
    );
    return { boxes, edges };
  });

function edge(from: number, to: number) {
  return { from, to, fromPort: 0, toPort: undefined };
}

function chain(length: number, skip = 0): LayoutInput {
  const boxes = Array.from({ length }, () => ({ width: 100, height: 40 }));
  const edges = boxes.flatMap((_, k) => (k === 0 ? [] : [edge(k - 1, k)]));
  if (skip > 0) for (let k = skip; k < length; k += skip) edges.push(edge(k - skip, k));
  return { boxes, edges };
}

/** Half a thousandth of a pixel: what floating point may do. */
const E = 0.0005;

interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function apart(a: Rectangle, b: Rectangle): boolean {
  return a.right <= b.left + E || b.right <= a.left + E || a.bottom <= b.top + E || b.bottom <= a.top + E;
}

function rectangles(input: LayoutInput, { boxes }: LayoutResult): Rectangle[] {
  return boxes.map(({ x, top }, k) => {
    const { width, height } = input.boxes[k] ?? { width: 0, height: 0 };
    return { left: x - width / 2, right: x + width / 2, top, bottom: top + height };
  });
}

test('boxes do not overlap and lie within the picture', () => {
  fc.assert(
    fc.property(graphs, (input) => {
      const result = layout(input);
      const all = rectangles(input, result);
      const outside = all.filter((a) => a.left < -E || a.right > result.width + E || a.bottom > result.height + E);
      const overlapping = all.filter((a, k) => all.some((b, other) => other > k && !apart(a, b)));
      expect({ outside, overlapping }).toEqual({ outside: [], overlapping: [] });
    }),
  );
});

test('edges point down, begin and end at their boxes and pass through no other', () => {
  fc.assert(
    fc.property(graphs, (input) => {
      const result = layout(input);
      const all = rectangles(input, result);
      result.edges.forEach((points, k) => {
        const { from = 0, to = 0 } = input.edges[k] ?? {};
        const ys = points.map(([, y]) => y);
        expect(ys).toEqual([...ys].sort((a, b) => a - b));
        const [start, end] = [points[0], points.at(-1)];
        expect(start?.[1]).toBeCloseTo(all[from]?.bottom ?? Number.NaN);
        expect(end?.[1]).toBeCloseTo(all[to]?.top ?? Number.NaN);
        expect(end?.[0]).toBeGreaterThan(all[to]?.left ?? Number.NaN);
        expect(end?.[0]).toBeLessThan(all[to]?.right ?? Number.NaN);
        const crossed = all.filter(
          ({ left, right, top, bottom }, box) =>
            box !== from && box !== to && points.some(([x, y]) => x > left && x < right && y > top && y < bottom),
        );
        expect(crossed).toEqual([]);
      });
    }),
  );
});

test('the same graph is laid out the same', () => {
  fc.assert(
    fc.property(graphs, (input) => {
      expect(layout(input)).toEqual(layout(input));
    }),
    { numRuns: 20 },
  );
});

test('a chain stands in one line, also where values skip parts of it', () => {
  const { boxes } = layout(chain(12, 3));
  expect(new Set(boxes.map(({ x }) => Math.round(x)))).toHaveProperty('size', 1);
});

test('the longest path stands in one line beside boxes that only begin or end there', () => {
  // 0 -> 1 -> 2 -> 3, with 4 and 5 into 2 and 3
  const boxes = Array.from({ length: 6 }, () => ({ width: 80, height: 30 }));
  const edges = [edge(0, 1), edge(1, 2), edge(2, 3), edge(4, 2), edge(5, 3)];
  const { boxes: placed } = layout({ boxes, edges });
  expect(new Set(placed.slice(0, 4).map(({ x }) => Math.round(x)))).toHaveProperty('size', 1);
});

test('branches keep their order when one gets another box', () => {
  // 0 -> 1, 2, 3 -> 4, and then 2 -> 5 -> 4
  const branches = [edge(0, 1), edge(0, 2), edge(0, 3), edge(1, 4), edge(2, 4), edge(3, 4)];
  const boxes = Array.from({ length: 6 }, () => ({ width: 80, height: 30 }));
  const before = layout({ boxes: boxes.slice(0, 5), edges: branches });
  const after = layout({ boxes, edges: [...branches, edge(2, 5), edge(5, 4)] });
  const order = ({ boxes: placed }: LayoutResult) =>
    [1, 2, 3].sort((a, b) => (placed[a]?.x ?? 0) - (placed[b]?.x ?? 0));
  expect(order(after)).toEqual(order(before));
});

test('a box between two ports stands below the one and above the other', () => {
  const input: LayoutInput = {
    boxes: [
      { width: 400, height: 50 },
      { width: 60, height: 20 },
      { width: 60, height: 20 },
      { width: 400, height: 50 },
    ],
    edges: [
      { from: 0, to: 1, fromPort: -150, toPort: undefined },
      { from: 0, to: 2, fromPort: 150, toPort: undefined },
      { from: 1, to: 3, fromPort: 0, toPort: -150 },
      { from: 2, to: 3, fromPort: 0, toPort: 150 },
    ],
  };
  const { boxes } = layout(input);
  const x = boxes.map((box) => Math.round(box.x));
  expect(x).toEqual([200, 50, 350, 200]);
});

test('border points stand before and after everything', () => {
  const input: LayoutInput = {
    boxes: [
      { width: 0, height: 0, border: 'enter' },
      { width: 80, height: 30 },
      { width: 80, height: 30 },
      { width: 0, height: 0, border: 'leave' },
    ],
    // Box 2 reads nothing from above.
    edges: [edge(0, 1), edge(1, 3), edge(2, 3)],
  };
  const { boxes, height } = layout(input);
  expect(boxes.map(({ top }) => top)).toEqual([0, expect.any(Number), expect.any(Number), height]);
  expect(Math.min(boxes[1]?.top ?? 0, boxes[2]?.top ?? 0)).toBeGreaterThan(0);
});

test('a circle is drawn all the same', () => {
  const boxes = Array.from({ length: 3 }, () => ({ width: 80, height: 30 }));
  const { edges } = layout({ boxes, edges: [edge(0, 1), edge(1, 2), edge(2, 0)] });
  expect(edges.map((points) => points.length > 1)).toEqual([true, true, true]);
});

test('an empty graph has no size', () => {
  expect(layout({ boxes: [], edges: [] })).toEqual({ width: 0, height: 0, boxes: [], edges: [] });
});

/** Residual blocks beside each other, with one value that everybody reads. */
function large(count: number): LayoutInput {
  const boxes = Array.from({ length: count }, (_, k) => ({ width: 80 + (k % 7) * 10, height: 40 }));
  const edges = boxes.flatMap((_, k) =>
    k < 3
      ? []
      : [edge(k - 3, k), ...(k % 5 === 0 && k > 40 ? [edge(k - 37, k)] : []), ...(k % 50 === 0 ? [edge(0, k)] : [])],
  );
  return { boxes, edges };
}

test('time grows with the size and stays short', () => {
  const time = (count: number) => {
    const input = large(count);
    const start = cpuTime();
    layout(input);
    return cpuTime() - start;
  };
  time(500);
  const [small, big] = [time(1000), time(10_000)];
  expect(big).toBeLessThan(Math.max(60 * small, 1500));
  expect(big).toBeLessThan(15_000);
});
