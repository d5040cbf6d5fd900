/** The picture from far away: a few large shapes in the place of thousands of elements. */
import { s } from '../dom.ts';
import type { Scene } from '../scene/scene.ts';

/** All boxes of one colour are one path, and so are all lines. */
export function drawOverview(scene: Scene): SVGGElement {
  const boxes = new Map<string, string[]>();
  const frames: string[] = [];
  for (const { item, open, left, top, width, height } of scene.boxes) {
    const path = `M${left.toFixed(1)} ${top.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}Z`;
    if (open) {
      frames.push(path);
      continue;
    }
    const name = item.kind === 'node' ? `category-${item.category}` : item.kind === 'group' ? 'folded' : 'pill';
    const list = boxes.get(name) ?? [];
    list.push(path);
    boxes.set(name, list);
  }
  return s(
    'g',
    { class: 'overview' },
    s('path', { class: 'frames', d: frames.join('') }),
    s('path', { class: 'ways', d: scene.lines.map((line) => line.path).join('') }),
    ...[...boxes].map(([name, paths]) => s('path', { class: `blocks ${name}`, d: paths.join('') })),
  );
}
