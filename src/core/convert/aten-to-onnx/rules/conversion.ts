/** Changes of element type. Where memory is does not matter to ONNX. */
import type { Value } from '../../../ir/value.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { resultType } from '../support.ts';

const cast: Lowering<{ readonly self: Value }> = ({ self }, onnx, node) => onnx.cast(self, resultType(node));

export const conversion = lowerings({
  'aten::to': cast,
  'aten::_to_copy': cast,
  'aten::type_as': cast,
  'aten::_cast_Byte': cast,
  'aten::_cast_Char': cast,
  'aten::_cast_Double': cast,
  'aten::_cast_Float': cast,
  'aten::_cast_Half': cast,
  'aten::_cast_Int': cast,
  'aten::_cast_Long': cast,
  'aten::_cast_Short': cast,
});
