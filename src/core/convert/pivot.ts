/** The opset in the middle: rules from other dialects make it, adapters take it from there. */

/** New enough for clean rules, old enough that onnxruntime runs it. */
export const PIVOT_OPSET = 22;

/** The IR version of a model at the pivot opset (ONNX 1.17). */
export const PIVOT_IR_VERSION = 10;
