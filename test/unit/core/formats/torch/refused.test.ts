import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { FileBytes } from '../../../../../src/core/ir/bytes.ts';
import { bytesOf, errorOf, fixture, pickleOf, refusal, unzip, zipOf } from './build.ts';

const LFS = `version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345\n`;
const LEGACY = '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';
const legacy = (...parts: string[]) =>
  bytesOf(...[LEGACY, 'M\xe9\x03', '}', ...parts].map((part) => `\x80\x02${part}.`));

test.each<[string, Uint8Array, string, string, string]>([
  ['an empty file', bytesOf(), 'file-truncated', 'empty', 'fetch'],
  ['zeros', new Uint8Array(5000), 'file-truncated', 'zero bytes', 'fetch'],
  ['a Git LFS pointer', bytesOf(LFS), 'git-lfs-pointer', '12345 bytes', 'git lfs pull'],
  ['a tar archive', bytesOf('x'.repeat(257), 'ustar'), 'format-unsupported', 'tar archive', 'torch.export.save'],
  ['text', bytesOf('hello'), 'format-unknown', 'no file of PyTorch', 'Name a file'],
  ['another zip', zipOf({ 'word/document.xml': '<a/>' }), 'format-unknown', 'word/document.xml', 'Name a file'],
  ['an empty zip', bytesOf('PK\x03\x04', zipOf({})), 'format-unknown', 'nothing', 'Name a file'],
  ['a zip that is cut', fixture('traced.pt').subarray(0, 9000), 'file-truncated', 'directory', 'save it again'],
  [
    'weights',
    fixture('weights.pth'),
    'weights-only',
    '6 tensors, such as scale [4]',
    'torch.load("model.pt", weights_only=True))',
  ],
  ['a checkpoint', fixture('checkpoint.pth'), 'weights-only', '6 tensors', 'weights_only=True)["model"])'],
  ['weights without zip', fixture('weights-legacy.pth'), 'weights-only', '6 tensors', 'torch.export.save'],
  ['tensors of every type', fixture('types.pth'), 'weights-only', 'float8 [4]', 'torch.export.save'],
  ['bytecode', fixture('mobile.ptl'), 'format-unsupported', 'bytecode but no code', 'torch.jit.save'],
  ['a dict', zipOf({ 'a/data.pkl': pickleOf('}') }), 'no-program', 'a dict without weights', 'torch.export.save'],
  ['a number', zipOf({ 'a/data.pkl': pickleOf('K\x01') }), 'no-program', 'an integer', 'torch.export.save'],
  [
    'an object',
    zipOf({ 'a/data.pkl': pickleOf('cmine\nThing\n)\x81') }),
    'no-program',
    'mine.Thing',
    'torch.export.save',
  ],
  [
    'os.system in zip',
    zipOf({ 'a/data.pkl': pickleOf('cos\nsystem\nX\x02\0\0\0ls\x85R') }),
    'unsafe-pickle',
    'os.system',
    'trust',
  ],
  ['os.system in old files', legacy('cos\nsystem\nX\x02\0\0\0ls\x85R'), 'unsafe-pickle', 'os.system', 'trust'],
  ['os.system in pickles', pickleOf('cos\nsystem\nX\x02\0\0\0ls\x85R'), 'unsafe-pickle', 'os.system', 'trust'],
  ['os.system in protocol 0', bytesOf("cos\nsystem\n(S'ls'\ntR."), 'unsafe-pickle', 'os.system', 'trust'],
  ['another pickle', pickleOf(']'), 'format-unsupported', 'not one that torch.save wrote', 'torch.export.save'],
  [
    'old TorchScript',
    zipOf({ 'a/model.json': '{}', 'a/version': '1' }),
    'format-unsupported',
    '1.3 or older',
    'torch.jit.load',
  ],
  [
    'weights packed for xnnpack',
    fixture('xnnpack.pt'),
    'format-unsupported',
    'torch.classes.xnnpack',
    'optimize_for_mobile',
  ],
  ['AOTInductor', zipOf({ 'a/data/aotinductor/m/x.so': '' }), 'format-unsupported', 'AOTInductor', 'torch.export.save'],
  [
    'torch.package',
    zipOf({ 'a/.data/extern_modules': '' }),
    'format-unsupported',
    'torch.package',
    'torch.export.save',
  ],
])('%s is refused with what to do', (_, bytes, code, message, next) => {
  const error = refusal(bytes);
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
  expect(error.next).toContain(next);
  expect(error.place?.file).toBe('model.pt');
});

test('4 GB of zeros take no time and no memory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-'));
  try {
    const path = join(folder, 'zeros.pt');
    const descriptor = openSync(path, 'w');
    ftruncateSync(descriptor, 2 ** 32);
    closeSync(descriptor);
    const file = new FileBytes(path);
    expect(errorOf(() => openTorchFile(file)).code).toBe('file-truncated');
    file.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const TRACED = unzip(fixture('traced.pt'));

test.each<[string, Record<string, Uint8Array | string>, string, string]>([
  ['a storage that is not there', without('traced/data/0'), 'file-malformed', 'no entry data/0'],
  ['a storage that is too small', { ...TRACED, 'traced/data/0': new Uint8Array(3) }, 'file-malformed', 'has 3 bytes'],
  ['a version of the future', { ...TRACED, 'traced/version': '99\n' }, 'format-unsupported', '99'],
  [
    'a root that is no module',
    { ...TRACED, 'traced/data.pkl': pickleOf('K\x01') },
    'file-malformed',
    'expected a module',
  ],
  [
    'a pickle that is cut',
    { ...TRACED, 'traced/data.pkl': bytesOf(0x80, 2, '}') },
    'file-truncated',
    'only 0 are left',
  ],
  [
    'code that calls things',
    { ...TRACED, 'traced/constants.pkl': pickleOf('cbuiltins\nexec\n') },
    'unsafe-pickle',
    'builtins.exec',
  ],
])('a TorchScript archive with %s is refused', (_, entries, code, message) => {
  const error = refusal(zipOf(entries));
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
});

test.each<[string, string, string]>([
  ['reaches beyond its storage', 'K\x00K\x64\x85K\x01\x85', 'reaches to element 100 of a storage of 4'],
  ['begins before it', 'J\xff\xff\xff\xffK\x02\x85K\x01\x85', 'negative'],
  ['has a negative stride', 'K\x00K\x02\x85J\xff\xff\xff\xff\x85', 'negative'],
  ['has sizes without strides', 'K\x00K\x02\x85)', '1 sizes but 0 strides'],
  ['is a broadcast of four to 2^40', 'K\x00\x8a\x06\0\0\0\0\0\x01\x85K\x00\x85', 'over a storage of 4'],
  [
    'has more elements than numbers count',
    'K\x00(\x8a\x06\0\0\0\0\0\x01\x8a\x06\0\0\0\0\0\x01t(K\x00K\x00t',
    'element',
  ],
])('a tensor that %s is refused', (_, view, message) => {
  const storage = '(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ';
  const pickle = pickleOf(`ctorch._utils\n_rebuild_tensor_v2\n(${storage}${view}\x89}tR`);
  const error = refusal(zipOf({ 'a/data.pkl': pickle, 'a/data/0': new Uint8Array(16) }));
  expect([error.code, error.message]).toEqual(['file-malformed', expect.stringContaining(message)]);
});

function without(name: string): Record<string, Uint8Array> {
  const { [name]: _, ...rest } = TRACED;
  return rest;
}
