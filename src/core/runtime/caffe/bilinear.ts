/** Between elements of an image. */
import type { Blob } from './blob.ts';

/** Between the four elements around a point of one channel; points outside of the image are at its edge. */
export function between({ shape, data }: Blob, image: number, channel: number, y: number, x: number): number {
  const [, channels = 1, height = 1, width = 1] = shape;
  const [row, column] = [Math.min(Math.max(y, 0), height - 1), Math.min(Math.max(x, 0), width - 1)];
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
  const at = (r: number, c: number) => data[((image * channels + channel) * height + r) * width + c] ?? 0;
  const [dy, dx] = [row - top, column - left];
  return (
    (1 - dy) * ((1 - dx) * at(top, left) + dx * at(top, right)) +
    dy * ((1 - dx) * at(down, left) + dx * at(down, right))
  );
}
