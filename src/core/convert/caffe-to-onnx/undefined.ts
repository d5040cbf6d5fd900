/**
 * Layer types of which no public source says what they compute: why each has no rule. From the sources and documents of the
 * frameworks: Cambricon/caffe, src/caffe/layers/mlu_*_layer.cpp; NVIDIA/caffe, src/caffe/layers/trt_layer.cpp; opencv/dldt, mo_caffe.proto;
 * hiascend.com, "AOL API" (operators of Caffe models).
 */

const CNML = "it runs in Cambricon's library CNML alone, whose source is closed";
const ASCEND =
  "Huawei describes its results only as they lie in the memory of Ascend's cores, not what fills their rounded sizes";

const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ascend: {
    FSRDetectionOutput: ASCEND,
    Region: 'ATC wants a Yolo layer in its place',
    SSDDetectionOutput: ASCEND,
    Yolo: ASCEND,
    YoloV2DetectionOutput: ASCEND,
    YoloV3DetectionOutput: ASCEND,
  },
  cambricon: {
    MLUResizeConvert: CNML,
    MLUResizecrop: CNML,
    MLUYUVtoRGB: CNML,
    SsdDetection: CNML,
  },
  nvcaffe: { TRT: 'it runs another network in TensorRT, whose files it names: convert that one' },
  openvino: { SimplerNMS: "OpenVINO's schema has no message for its parameters, so no network can say them" },
};

/** Why a layer type of a dialect has no rule; undefined where nothing is known of that. */
export function whyUndefined(dialect: string, type: string): string | undefined {
  const own = Object.hasOwn(REASONS, dialect) ? REASONS[dialect] : undefined;
  return own && Object.hasOwn(own, type) ? own[type] : undefined;
}
