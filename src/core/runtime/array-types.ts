/** How the elements of each type cross to onnxruntime and back: the arrays that its Node package takes and gives for them. */
export const RUNTIME_ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** A type of tensors of numbers that can be passed. */
export type Runnable = keyof typeof RUNTIME_ARRAYS;

export const RUNNABLE_TYPES = Object.keys(RUNTIME_ARRAYS) as readonly Runnable[];

export function isRunnable(type: string): type is Runnable {
  return Object.hasOwn(RUNTIME_ARRAYS, type);
}
