/** What readers of frameworks make of networks and the sizes of windows, where that is not what BVLC's does; by dialect. Their fields that are not read: src/core/targets. */
import type { ReaderFacts } from './as-read.ts';

export const READERS = {
  // Tencent/ncnn tools/caffe/caffe2ncnn.cpp; src/layer/roipooling.cpp and psroipooling.cpp pool one region of four numbers.
  ncnn: { readsPairs: true, lists: 'one size', seldom: ['ROIPooling', 'PSROIPooling'] },
  // alibaba/MNN tools/converter/source/caffe/Convolution.cpp
  mnn: { lists: 'width first' },
  // OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp, load_conv, load_deconv and load_pool; source/operator/prototype/pooling.c,
  // init_op, has a stride of 2.
  tengine: {
    readsPairs: true,
    jointFirst: ['pooling_param'],
    lists: 'one size',
    unsaid: { 'pooling_param.stride': 2 },
    // source/device/cpu/op/roipooling/roipooling_ref.c: regions are four numbers.
    seldom: ['ROIPooling'],
    // set_graph_output looks at the tops of other layers than Input.
    unusedInputs: 'ignored',
  },
} as const satisfies Readonly<Record<string, ReaderFacts>>;

/** Those of a dialect; none where its reader does as BVLC's. */
export function readerOf(dialect: string): ReaderFacts {
  return Object.hasOwn(READERS, dialect) ? READERS[dialect as keyof typeof READERS] : {};
}
