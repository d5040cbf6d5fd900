/** The profiles that come with Graphwright. Each names its sources; docs/targets.md says how each was made. */
import coremltools5 from './profiles/coremltools-5.json' with { type: 'json' };
import mnn from './profiles/mnn.json' with { type: 'json' };
import ncnn from './profiles/ncnn.json' with { type: 'json' };
import onnxruntime108 from './profiles/onnxruntime-1.8.json' with { type: 'json' };
import onnxruntime109 from './profiles/onnxruntime-1.9.json' with { type: 'json' };
import onnxruntime110 from './profiles/onnxruntime-1.10.json' with { type: 'json' };
import onnxruntime111 from './profiles/onnxruntime-1.11.json' with { type: 'json' };
import onnxruntime112 from './profiles/onnxruntime-1.12.json' with { type: 'json' };
import onnxruntime114 from './profiles/onnxruntime-1.14.json' with { type: 'json' };
import onnxruntime115 from './profiles/onnxruntime-1.15.json' with { type: 'json' };
import onnxruntime116 from './profiles/onnxruntime-1.16.json' with { type: 'json' };
import onnxruntime117 from './profiles/onnxruntime-1.17.json' with { type: 'json' };
import onnxruntime118 from './profiles/onnxruntime-1.18.json' with { type: 'json' };
import onnxruntime120 from './profiles/onnxruntime-1.20.json' with { type: 'json' };
import onnxruntime121 from './profiles/onnxruntime-1.21.json' with { type: 'json' };
import onnxruntime122 from './profiles/onnxruntime-1.22.json' with { type: 'json' };
import onnxruntime123 from './profiles/onnxruntime-1.23.json' with { type: 'json' };
import onnxruntime124 from './profiles/onnxruntime-1.24.json' with { type: 'json' };
import onnxruntime125 from './profiles/onnxruntime-1.25.json' with { type: 'json' };
import onnxruntime130 from './profiles/onnxruntime-1.30.json' with { type: 'json' };
import openvino from './profiles/openvino.json' with { type: 'json' };
import rknn from './profiles/rknn.json' with { type: 'json' };
import tensorrt8 from './profiles/tensorrt-8.6.json' with { type: 'json' };
import tensorrt10 from './profiles/tensorrt-10.json' with { type: 'json' };

/** What is shown of a profile before it is read. */
export interface ProfileHead {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Least and most by domain. */
  readonly opsets?: Readonly<Record<string, readonly number[]>>;
}

/** In the order in which they are shown. */
export const PROFILE_FILES: readonly ProfileHead[] = [
  ...[onnxruntime130, onnxruntime125, onnxruntime124, onnxruntime123, onnxruntime122, onnxruntime121, onnxruntime120],
  ...[onnxruntime118, onnxruntime117, onnxruntime116, onnxruntime115, onnxruntime114, onnxruntime112, onnxruntime111],
  ...[onnxruntime110, onnxruntime109, onnxruntime108],
  ...[tensorrt10, tensorrt8, openvino, ncnn, mnn, rknn, coremltools5],
];
