/** The numbers of a Caffe network as initializers of the ONNX graph: single precision, each written once, in the file until then. */
import { type StaticShape, shapeText } from '../../ir/shape.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';

export class Blobs {
  /** By blob, then by shape: layers that share a blob share the initializer. */
  private readonly taken = new Map<Value, Map<string, Value>>();

  constructor(private readonly onnx: OnnxBuilder) {}

  weight(blob: Value, shape: StaticShape): Value {
    const known = this.taken.get(blob) ?? new Map<string, Value>();
    this.taken.set(blob, known);
    const key = shapeText(shape);
    const found = known.get(key);
    if (found) return found;
    const { constant, name = 'blob' } = blob;
    if (!constant) throw new Error(`${name} is no blob`);
    const made = this.add(name, single(constant).reshaped(shape));
    known.set(key, made);
    return made;
  }

  made(name: string, shape: StaticShape, compute: () => Float32Array): Value {
    const bytes = () => {
      const { buffer, byteOffset, byteLength } = compute();
      return new Uint8Array(buffer, byteOffset, byteLength);
    };
    return this.add(name, new Tensor('float32', shape, new ComputedSource('computed', bytes)));
  }

  private add(name: string, constant: Tensor): Value {
    return this.onnx.graph.addInitializer({ name: this.onnx.unique(name), constant });
  }
}

/** The same numbers in single precision, as the frameworks compute. */
function single(tensor: Tensor): Tensor {
  if (tensor.dtype === 'float32') return new Tensor('float32', tensor.shape, tensor.source);
  const compute = () => new Uint8Array(Float32Array.from(tensor.numbers()).buffer);
  return new Tensor('float32', tensor.shape, new ComputedSource('computed', compute));
}
