/** Resize and Upsample of MNN, Resize of Tengine, with what they do at the borders. */
import { type Blob, bottom, type LayerCall, number, refusal } from './blob.ts';
import { type Place, resampled, type Size, sizeOf } from './sampling.ts';

const f = Math.fround;

/** Elements keep their places, measured by the old size over the new. */
function begun(from: number, to: number): Place {
  const ratio = f(from / to);
  return (k) => {
    const place = f(ratio * k);
    return [Math.floor(place), place - Math.floor(place)];
  };
}

/** alibaba/MNN, source/shape/ShapeResize.cpp, source/geometry/GeometryImageOp.cpp, source/backend/cpu/CPUInterp.cpp. */
export function resizedByMnn(call: LayerCall, vertical: string, horizontal: string): Blob {
  const x = bottom(call);
  const from = sizeOf(x);
  const by = [vertical, horizontal].map((path) => f(number(call.node, path, path === 'upsample_param.scale' ? 0 : 1)));
  const to: Size = [Math.trunc(f(from[0] * (by[0] ?? 1))), Math.trunc(f(from[1] * (by[1] ?? 1)))];
  return resampled(x, to, begun(from[0], to[0]), begun(from[1], to[1]));
}

/** OAID/Tengine, source/device/cpu/op/resize/resize_ref.c. */
export function resizedByTengine(call: LayerCall): Blob {
  const x = bottom(call);
  const [height, width] = sizeOf(x);
  const scales = [
    f(number(call.node, 'resize1_param.out_height_scale', 1)),
    f(number(call.node, 'resize1_param.out_width_scale', 1)),
  ] as const;
  const to: Size = [Math.trunc(f(height * scales[0])), Math.trunc(f(width * scales[1]))];
  const [down, right] = [f(1 / scales[0]), f(1 / scales[1])];
  if (number(call.node, 'resize1_param.resize_type', 0) === 0)
    return resampled(
      x,
      to,
      (k) => [Math.trunc(f(k * down)), 0],
      (k) => [Math.trunc(f(k * right)), 0],
    );
  if (x.shape[0] !== 1 || height < 2 || width < 2) throw refusal(call, `its bottom is ${x.shape.join('x')}`);
  const row: Place = (k) => {
    const place = f((k + 0.5) * down - 0.5);
    return [Math.max(0, Math.min(Math.floor(place), height - 2)), f(place - Math.floor(place))];
  };
  const column: Place = (k) => {
    const place = f((k + 0.5) * right - 0.5);
    const element = Math.floor(place);
    if (element < 0) return [0, 0];
    return element >= width - 1 ? [width - 2, 0] : [element, f(place - element)];
  };
  return resampled(x, to, row, column);
}
