/** Reshape between ncnn, whose blobs have no axis of images, and the others (Tencent/ncnn tools/caffe/caffe2ncnn.cpp, src/layer/reshape.cpp). */
import { isStatic } from '../../ir/shape.ts';
import type { Rewording } from './rewordings.ts';
import { ofInts, type Wording } from './wording.ts';

const DIM = 'reshape_param.shape.dim';
const AXES = ['reshape_param.axis', 'reshape_param.num_axes'];
/** caffe2ncnn.cpp reads the first size as that of images, and up to three behind it. */
const MOST_AXES = 4;

/** Whether both read the sizes alike: a 0 takes an axis counted from the front, of ncnn one counted from the end. */
function readsAlike(layer: Wording): boolean {
  const [first, ...rest] = layer.numbers(DIM);
  const rank = layer.x.shape?.length;
  const zeros = rest.includes(0);
  const images = layer.shape()?.[0];
  return (
    !layer.has(...AXES) &&
    rest.length > 0 &&
    rest.length < MOST_AXES &&
    (first === 0 || (first !== undefined && first === images)) &&
    (!zeros || rank === rest.length + 1)
  );
}

function spelled(layer: Wording): void {
  const { shape } = layer.node.output();
  if (!isStatic(shape))
    layer.refuse(DIM, 'sizes that are kept are others there, and those of its bottom are not known');
  if (shape[0] !== layer.shape()?.[0]) layer.refuse(DIM, 'images stay what they are');
  if (shape.length < 2 || shape.length > MOST_AXES) layer.refuse(DIM, `it has 2 to ${MOST_AXES} sizes`);
  layer.drop(...AXES);
  layer.set(DIM, ofInts([0, ...shape.slice(1)]));
}

export const RESHAPED: readonly Rewording[] = [
  {
    of: ['Reshape'],
    needs: ['Reshape'],
    source: 'Tencent/ncnn tools/caffe/caffe2ncnn.cpp, src/layer/reshape.cpp',
    where: (layer) => (layer.from.base === 'ncnn') !== (layer.to.base === 'ncnn') && !readsAlike(layer),
    settles: ['reshape_param.shape'],
    reword: spelled,
  },
];
