/** Constants in another shape or order of axes: made where they are written, their numbers unread. Exact. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { elementCount, isStatic } from '../../ir/shape.ts';
import type { PatternRule } from '../pass.ts';
import { instead, named, simplification } from './rule.ts';
import { transposedTensor } from './tensors.ts';
import { orderOf } from './transposes.ts';

/** A constant that others read too is copied only where it is small. */
const MOST_BYTES_TWICE = 1 << 12;

const layouts = simplification({
  name: 'constant-layout',
  title: 'Writes weights in the shape and the order of axes that is asked for',
  operators: 'Transpose Reshape Flatten Squeeze Unsqueeze',
  replace(node, site) {
    const x = node.input(0);
    const constant = x && constantOf(x);
    if (!x || !constant || node.output().isGraphOutput) return undefined;
    if (x.useCount > 1 && constant.byteLength > MOST_BYTES_TWICE) {
      return site.missed('its constant is read elsewhere too, and would be written twice', node);
    }
    const { shape } = node.output();
    const order = node.op === 'Transpose' ? orderOf(node) : undefined;
    const reshaped = !order && isStatic(shape) && elementCount(shape) === constant.count;
    const made = order ? transposedTensor(constant, order) : reshaped ? constant.reshaped(shape) : undefined;
    if (!made) return undefined;
    const value = site.onnx.initializer(x.name, made);
    return instead(node, value, `what ${named(node)} reads is a constant`);
  },
});

export const constantLayoutRules: readonly PatternRule[] = [layouts];
