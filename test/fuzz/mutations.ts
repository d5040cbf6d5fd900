/** Ways to break a model file: its bytes, its text, or one entry of its archive under a right checksum. */
import { unzip, zipOf } from '../unit/core/formats/torch/build.ts';

/** A number from 0 up to, but without, `below`. */
export type Random = (below: number) => number;
export type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const BYTES: Readonly<Record<string, Mutation>> = {
  'cut off': (bytes, random) => bytes.slice(0, random(bytes.length)),
  'bits flipped': (bytes, random) => {
    const copy = Uint8Array.from(bytes);
    for (let k = 0; k <= random(16); k++) {
      const at = random(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
    }
    return copy;
  },
  'bytes overwritten': (bytes, random) => {
    const copy = Uint8Array.from(bytes);
    const at = random(copy.length);
    copy.fill(random(256), at, Math.min(at + 1 + random(64), copy.length));
    return copy;
  },
  'a part doubled': (bytes, random) => {
    const at = random(bytes.length);
    const part = bytes.subarray(at, at + 1 + random(512));
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
  },
  'a part lost': (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(512))]);
  },
};

/** What stands in a text where something else is expected. */
const WILD = [
  '-1',
  '0',
  '1',
  '2',
  '7',
  '1000000007',
  '9223372036854775807',
  '-9223372036854775808',
  '1e40',
  'nan',
  '""',
].concat(['null', 'None', 'true', 'False', '[]', '[0]', '{}', '()', 'x', '"float32"', '[1, 2, 3, 4, 5]']);

const TOKEN = /[A-Za-z_][\w.]*|-?\d+(?:\.\d+)?|"[^"\n]*"|[^\s\w]/g;

/** Texts keep their tokens and lose their sense. */
const TEXT: Readonly<Record<string, Mutation>> = {
  'tokens replaced': (bytes, random) => edited(bytes, random, () => WILD[random(WILD.length)] ?? ''),
  'tokens exchanged': (bytes, random) => {
    const text = textOf(bytes);
    const found = text.match(TOKEN) ?? [];
    return edited(bytes, random, () => found[random(found.length)] ?? '');
  },
  'tokens lost': (bytes, random) => edited(bytes, random, () => ''),
  'a line lost, doubled or moved': (bytes, random) => {
    const lines = textOf(bytes).split('\n');
    const [line = ''] = lines.splice(random(lines.length), 1);
    for (let copies = random(3); copies > 0; copies--) lines.splice(random(lines.length), 0, line);
    return Buffer.from(lines.join('\n'));
  },
};

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** One to three tokens become what `replacement` says. */
function edited(bytes: Uint8Array, random: Random, replacement: () => string): Uint8Array {
  let text = textOf(bytes);
  for (let k = random(3); k >= 0; k--) {
    const tokens = [...text.matchAll(TOKEN)];
    const token = tokens[random(tokens.length)];
    if (!token) break;
    text = `${text.slice(0, token.index)}${replacement()}${text.slice(token.index + token[0].length)}`;
  }
  return Buffer.from(text);
}

/** What a hostile pickle is made of, put where something else stands. */
const OPCODES = [
  'cos\nsystem\nX\x02\0\0\0ls\x85R',
  'cbuiltins\ngetattr\n',
  '}',
  ']',
  ')',
  '(',
  't',
  'l',
  'd',
  'R',
  'b',
  'o',
  '0',
  '1',
  '2',
  'u',
  'e',
  's',
  'a',
  'N',
  '\x81',
  '\x85',
  '\x86',
  '\x87',
  '\x88',
  '\x8f',
  '\x90',
  '\x91',
  '\x92',
  '\x93',
  '\x94',
  'Q',
  'K\x00',
  'h\x00',
  'h\x01',
  'q\x00',
  'J\xff\xff\xff\x7f',
  '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f',
  'G\x7f\xf8\0\0\0\0\0\0',
  'B\xff\xff\xff\x7f',
  '\x95\xff\xff\xff\xff\xff\xff\xff\xff',
  '.',
].map((text) => Buffer.from(text, 'latin1'));

const PICKLE: Readonly<Record<string, Mutation>> = {
  'opcodes put in': (bytes, random) => {
    const at = random(bytes.length);
    const lost = random(3);
    const parts = Array.from({ length: 1 + random(3) }, () => OPCODES[random(OPCODES.length)] ?? Buffer.alloc(0));
    return Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(at + lost)]);
  },
};

const IS_PICKLE = /\.(pkl|debug_pkl|pth)$/;
const IS_TEXT = /\.(py|json|onnxtxt|prototxt)$/;

/** The mutations that break a file of that name. Archives are broken as bytes, and entry by entry. */
export function mutationsOf(name: string, bytes: Uint8Array): Readonly<Record<string, Mutation>> {
  if (IS_TEXT.test(name)) return { ...BYTES, ...TEXT };
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (isZip) return { ...BYTES, ...entries() };
  return IS_PICKLE.test(name) ? { ...BYTES, ...PICKLE } : BYTES;
}

const TELLING = /\.(py|json|pkl|debug_pkl)$|version$|byteorder$/;

/** The entries of archives that were unpacked before. */
const unpacked = new WeakMap<Uint8Array, Record<string, Uint8Array>>();

function unpack(bytes: Uint8Array): Record<string, Uint8Array> {
  const found = unpacked.get(bytes) ?? unzip(bytes);
  unpacked.set(bytes, found);
  return found;
}

/** Each mutation, applied to one entry of an archive that is whole otherwise. */
function entries(): Readonly<Record<string, Mutation>> {
  const inside = { ...BYTES, ...TEXT, ...PICKLE };
  return Object.fromEntries(
    Object.entries(inside).map(([what, mutate]) => [
      `${what} in an entry`,
      (bytes: Uint8Array, random: Random) => {
        const parts = unpack(bytes);
        // Code, pickles and JSON say what the program is; the rest are weights.
        const kind = what in TEXT ? IS_TEXT : what in PICKLE ? IS_PICKLE : TELLING;
        const telling = Object.keys(parts).filter((name) => kind.test(name));
        const chosen = telling[random(telling.length)];
        if (chosen === undefined) return bytes;
        return zipOf({ ...parts, [chosen]: mutate(parts[chosen] ?? new Uint8Array(), random) });
      },
    ]),
  );
}
