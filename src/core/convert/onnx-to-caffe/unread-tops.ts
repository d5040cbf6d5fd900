/** For frameworks in which no layer may have a top that nobody reads: of such a Slice, each part that is read is cut off by itself. */
import { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { cutByConvolution } from './support.ts';

/** Puts convolutions in the place of every Slice that has a top which nobody reads. */
export function cutWhatIsRead(caffe: CaffeBuilder): void {
  // The last first: a part that only such a Slice reads is read no more.
  for (const node of [...caffe.graph.nodes].toReversed()) {
    if (node.op !== 'Slice' || node.outputs.every(({ useCount }) => useCount > 0)) continue;
    const axis = Number(node.int('slice_param.axis', 1n));
    let begin = 0;
    for (const top of node.outputs) {
      const length = sizesOf(top)[axis] ?? 1;
      if (top.useCount > 0) replaceTop(caffe, node, top, { axis, begin, length });
      begin += length;
    }
    caffe.graph.nodes.remove(node);
  }
}

interface Part {
  readonly axis: number;
  readonly begin: number;
  readonly length: number;
}

function replaceTop(caffe: CaffeBuilder, slice: Node, top: Value, { axis, begin, length }: Part): void {
  const whole = slice.input(0);
  if (!whole) return;
  const { name, origin, scope, sourceName } = slice;
  caffe.from(new Node('Slice', [], { name: top.name ?? name, origin, scope, sourceName, outputs: 0 }), slice);
  const part = cutByConvolution(caffe, whole, axis, begin, length);
  caffe.nameLayers([part]);
  top.replaceAllUsesWith(part);
}
