/** Parts that are cut off before axes are exchanged, beside what onnxruntime makes of both. */
import { partsBeforeOrder } from '../../../../../src/core/passes/fusions/parts.ts';
import { fuseEach } from './fusing.ts';

const HEADS =
  'int64[5] heads = {2, 5, 3, 2, 4}, int64[1] first = {0}, int64 zero = {0}, int64 one = {1}, int64 last = {-1}';
const HEADS_FIRST = HEADS.replace('3, 2, 4', '2, 3, 4');
const CUT = 'Reshape Split Reshape Transpose Reshape Transpose Reshape Transpose';

fuseEach(
  [
    [
      HEADS,
      `r = Reshape (x, heads); t = Transpose <perm = [2, 0, 3, 1, 4]> (r); a, b, c = Split <axis = 0> (t);
       q = Squeeze (a, first); k = Squeeze (b, first); v = Squeeze (c, first); s = Sub (q, k); y = Mul (s, v)`,
      `${CUT} Sub Mul`,
    ],
    [
      HEADS_FIRST,
      `r = Reshape (x, heads); t = Transpose <perm = [3, 0, 2, 1, 4]> (r);
       q = Gather <axis = 0> (t, zero); k = Gather <axis = 0> (t, last); y = Sub (q, k)`,
      'Reshape Split Reshape Transpose Reshape Transpose Sub',
    ],
    // Somebody reads it whole.
    [
      HEADS,
      `r = Reshape (x, heads); t = Transpose <perm = [2, 0, 3, 1, 4]> (r); q = Gather <axis = 0> (t, one); y = Add (t, q)`,
    ],
    // One part keeps its axis.
    [
      HEADS,
      `r = Reshape (x, heads); t = Transpose <perm = [2, 0, 3, 1, 4]> (r); a, b, c = Split <axis = 0> (t);
       q = Squeeze (a, first); k = Squeeze (b, first); s = Sub (q, k); y = Add (s, c)`,
    ],
  ],
  { shape: '[2,5,24]', rules: [partsBeforeOrder] },
);
