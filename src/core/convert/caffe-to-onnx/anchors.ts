/** Boxes of several ratios and scales around each cell: rbgirshick/py-faster-rcnn, lib/rpn/generate_anchors.py. */

/** [xmin, ymin, xmax, ymax] in pixels. */
export type Box = readonly [number, number, number, number];

export interface AnchorRule {
  readonly base: number;
  /** Of height to width. */
  readonly ratios: readonly number[];
  readonly scales: readonly number[];
  /** Whether halves are rounded to even numbers, as numpy rounds them. */
  readonly toEven?: true;
}

/** Around the first cell. Widths and heights are whole numbers before they are scaled. */
export function anchorsOf({ base, ratios, scales, toEven }: AnchorRule): readonly Box[] {
  const middle = (base - 1) / 2;
  const rounded = (number: number) => Math.round(number) - (toEven && Math.abs(number % 2) === 0.5 ? 1 : 0);
  return ratios.flatMap((ratio) => {
    const width = rounded(Math.sqrt((base * base) / ratio));
    const height = rounded(width * ratio);
    return scales.map((scale): Box => {
      const [x, y] = [(width * scale - 1) / 2, (height * scale - 1) / 2];
      return [middle - x, middle - y, middle + x, middle + y];
    });
  });
}

/** Around every cell: row by row, cell by cell, anchor by anchor. */
export function shifted(anchors: readonly Box[], stride: number, height: number, width: number): () => readonly Box[] {
  return () =>
    Array.from({ length: height * width }, (_, cell) => {
      const [x, y] = [(cell % width) * stride, Math.floor(cell / width) * stride];
      return anchors.map((box): Box => [box[0] + x, box[1] + y, box[2] + x, box[3] + y]);
    }).flat();
}
