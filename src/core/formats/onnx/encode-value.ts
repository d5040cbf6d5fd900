/** What is known about a value to ValueInfoProto. */
import { onnx } from '../../../../generated/onnx.js';
import { typeText } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { decodeKeeping } from './decode.ts';
import { encodeEntries } from './encode-tensor.ts';
import { decodeType, encodeType } from './types.ts';

/**
 * A value under its name. Where the file that it came from said more about its type than a graph holds, `unknown` has
 * that type as it was: it is written again as long as the graph's type is still the same.
 */
export function encodeValueInfo(name: string, value: Value): Uint8Array {
  const kept = value.unknown && decodeKeeping(onnx.ValueInfoProto, value.unknown, { file: '' });
  const keptType = kept?.type && typeText(decodeType(kept.type).type) === typeText(value.type) ? kept.type : undefined;
  return onnx.ValueInfoProto.encode({
    name,
    ...(keptType ? { type: keptType } : value.type && { type: encodeType(value.type) }),
    ...(value.doc && { docString: value.doc }),
    metadataProps: encodeEntries(value.metadata),
    ...(kept?.$unknowns && { $unknowns: kept.$unknowns }),
  }).finish();
}
