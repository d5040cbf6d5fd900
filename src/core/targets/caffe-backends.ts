/** The table of Caffe backends. */
import type { CaffeBackend } from './caffe-backend.ts';
import { bvlc, bvlcRelease } from './caffe-bvlc.ts';
import { ascend, cambricon } from './caffe-chips.ts';
import { mnn } from './caffe-mnn.ts';
import { nart } from './caffe-nart.ts';
import { ncnn } from './caffe-ncnn.ts';
import { opencv } from './caffe-opencv.ts';
import { openvino } from './caffe-openvino.ts';
import { intel, nvcaffe, segnet, ssd, yoloUpsample } from './caffe-ssd.ts';
import { tengine } from './caffe-tengine.ts';

/** The targets. */
export const CAFFE_BACKENDS: readonly CaffeBackend[] = [
  ...[bvlc, bvlcRelease, opencv, ssd, yoloUpsample, nvcaffe, intel],
  ...[ncnn, mnn, tengine, openvino, ascend, cambricon, nart],
];

/** What networks are read for: the targets, and frameworks that networks only come from. */
export const CAFFE_SOURCES: readonly CaffeBackend[] = [...CAFFE_BACKENDS, segnet];

/** The backend of that id. Throws an Error where there is none. */
export function caffeBackend(id: string): CaffeBackend {
  const found = CAFFE_SOURCES.find((backend) => backend.id === id);
  if (!found) throw new Error(`there is no Caffe backend ${id}`);
  return found;
}
