import { expect, test } from 'vitest';
import { littleEndian } from '../../../../../src/core/formats/torch/byte-order.ts';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { isRecord } from '../../../../../src/core/formats/torch/pickle-machine.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import type { DataType } from '../../../../../src/core/ir/dtype.ts';
import { MemorySource } from '../../../../../src/core/ir/tensor.ts';
import { pickleOf, zipOf } from './build.ts';

/** A TorchScript archive whose only attribute is a tensor of two elements of that storage class. */
function archiveOf(storage: string, bytes: Uint8Array, byteorder: string): Uint8Array {
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\n${storage}\nX\x01\0\0\x000X\x03\0\0\0cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89}tR`;
  return zipOf({
    'a/data.pkl': pickleOf(`c__torch__\nM\n)\x81}X\x01\0\0\0w${tensor}sb`),
    'a/constants.pkl': pickleOf(')'),
    'a/code/__torch__.py': 'class M(Module):\n  w : Tensor\n',
    'a/data/0': bytes,
    'a/byteorder': byteorder,
  });
}

// As TorchScript names the storages of its types (those of torch.save are fewer).
test.each<[string, DataType, number]>([
  ['UInt16Storage', 'uint16', 2],
  ['UInt32Storage', 'uint32', 4],
  ['UInt64Storage', 'uint64', 8],
  ['Float8_e4m3fnStorage', 'float8e4m3fn', 1],
  ['Float8_e4m3fnuzStorage', 'float8e4m3fnuz', 1],
  ['Float8_e5m2Storage', 'float8e5m2', 1],
  ['Float8_e5m2fnuzStorage', 'float8e5m2fnuz', 1],
  ['Float8_e8m0fnuStorage', 'float8e8m0', 1],
  ['BFloat16Storage', 'bfloat16', 2],
  ['ComplexFloatStorage', 'complex64', 8],
])('%s holds %s, in both byte orders', (storage, dtype, width) => {
  const little = Uint8Array.from({ length: 2 * width }, (_, k) => k + 1);
  // The parts of a complex number are swapped each for itself.
  const unit = dtype === 'complex64' ? 4 : width;
  const big = Uint8Array.from(little, (_, k) => little[k - (k % unit) + unit - 1 - (k % unit)] ?? 0);
  for (const [bytes, order] of [
    [little, 'little'],
    [big, 'big'],
  ] as const) {
    const program = openTorchFile(new MemoryBytes('a.pt', archiveOf(storage, bytes, order)));
    const tensor = program.kind === 'torchscript' ? program.root.attributes.get('w') : undefined;
    if (!isRecord(tensor) || tensor.kind !== 'tensor') throw new Error('no tensor');
    expect([tensor.dtype, tensor.shape]).toEqual([dtype, [2]]);
    expect([...tensor.tensor.bytes()]).toEqual([...little]);
  }
});

test('what is swapped stays as it was', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  expect([...littleEndian(new MemorySource(bytes), 'int16').bytes()]).toEqual([2, 1, 4, 3]);
  expect([...bytes]).toEqual([1, 2, 3, 4]);
});
