/** What the layout is given and what it answers: boxes and edges by number, in pixels, top to bottom. Plain data. */

export interface LayoutBox {
  readonly width: number;
  readonly height: number;
  /** A border of the group: `enter` stands before everything, `leave` after everything; neither has a size. */
  readonly border?: 'enter' | 'leave';
}

/** From one box to another. Ports are horizontal distances from the boxes' centres. */
export interface LayoutEdge {
  readonly from: number;
  readonly to: number;
  readonly fromPort: number;
  /** Undefined where the edge may arrive anywhere on the upper side. */
  readonly toPort: number | undefined;
}

export interface LayoutInput {
  readonly boxes: readonly LayoutBox[];
  readonly edges: readonly LayoutEdge[];
}

/** A point of an edge: x, y. */
export type Point = readonly [x: number, y: number];

export interface LayoutResult {
  readonly width: number;
  readonly height: number;
  /** Centre and upper side of every box. */
  readonly boxes: readonly { readonly x: number; readonly top: number; readonly layer: number }[];
  /** The way of every edge, from the lower side of its first box to the upper side of its last. */
  readonly edges: readonly (readonly Point[])[];
}

/** Distances in pixels. */
export const SPACE = {
  /** Between boxes side by side. */
  beside: 28,
  /** Between a box and a passing edge, and between passing edges. */
  passing: 14,
  /** Between layers. */
  below: 40,
  /** Between a group's border and its first and last layer. */
  border: 16,
} as const;
