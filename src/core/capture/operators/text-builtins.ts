/** Operators of TorchScript on text: torch/csrc/jit/runtime/register_string_ops.cpp. Positions count from 0, -1 is none. */
import { text } from '../values/plain-values.ts';
import { type CapturedValue, isTensor, itemsOf, ListValue } from '../values/values.ts';

type TextBuiltin = (self: string, args: readonly CapturedValue[]) => CapturedValue | undefined;

const ofText =
  (compute: (self: string) => CapturedValue): TextBuiltin =>
  (self) =>
    compute(self);

/** What is stripped from the ends: white space unless given. */
function stripped(self: string, given: CapturedValue | undefined, left: boolean, right: boolean): string {
  const set = typeof given === 'string' ? given : ' \t\n\r\v\f';
  let [start, end] = [0, self.length];
  while (left && start < end && set.includes(self.charAt(start))) start++;
  while (right && end > start && set.includes(self.charAt(end - 1))) end--;
  return self.slice(start, end);
}

function split(self: string, separator: CapturedValue | undefined): CapturedValue {
  const parts = typeof separator === 'string' ? self.split(separator) : self.split(/\s+/).filter((part) => part !== '');
  return new ListValue(parts);
}

const TEXT: Readonly<Record<string, TextBuiltin>> = {
  lower: ofText((self) => self.toLowerCase()),
  upper: ofText((self) => self.toUpperCase()),
  capitalize: ofText((self) => self.charAt(0).toUpperCase() + self.slice(1).toLowerCase()),
  isdigit: ofText((self) => /^\d+$/.test(self)),
  isalpha: ofText((self) => /^[A-Za-z]+$/.test(self)),
  isalnum: ofText((self) => /^[A-Za-z\d]+$/.test(self)),
  isspace: ofText((self) => /^\s+$/.test(self)),
  islower: ofText((self) => /[a-z]/.test(self) && !/[A-Z]/.test(self)),
  isupper: ofText((self) => /[A-Z]/.test(self) && !/[a-z]/.test(self)),
  ord: ofText((self) => BigInt(self.codePointAt(0) ?? 0)),
  startswith: (self, [start]) => (typeof start === 'string' ? self.startsWith(start) : undefined),
  endswith: (self, [end]) => (typeof end === 'string' ? self.endsWith(end) : undefined),
  strip: (self, [set]) => stripped(self, set, true, true),
  lstrip: (self, [set]) => stripped(self, set, true, false),
  rstrip: (self, [set]) => stripped(self, set, false, true),
  split: (self, [separator]) => split(self, separator),
  splitlines: ofText((self) => new ListValue(self.replace(/\n$/, '').split('\n'))),
  replace: (self, [from, to]) =>
    typeof from === 'string' && typeof to === 'string' ? self.replaceAll(from, to) : undefined,
  find: (self, [part]) => (typeof part === 'string' ? BigInt(self.indexOf(part)) : undefined),
  rfind: (self, [part]) => (typeof part === 'string' ? BigInt(self.lastIndexOf(part)) : undefined),
  count: (self, [part]) => (typeof part === 'string' ? BigInt(self.split(part).length - 1) : undefined),
  zfill: (self, [width]) => (typeof width === 'bigint' ? self.padStart(Number(width), '0') : undefined),
  join: (self, [parts]) => {
    const items = itemsOf(parts);
    return items?.every((item) => typeof item === 'string') ? items.map(text).join(self) : undefined;
  },
  format: (self, values) => {
    let at = 0;
    return self.replace(/\{[^}]*\}/g, () => shown(values[at++]));
  },
  percentFormat: (self, values) => {
    let at = 0;
    return self.replace(/%(%|[-+ #0]*\d*(?:\.\d+)?[a-zA-Z])/g, (whole) => (whole === '%%' ? '%' : shown(values[at++])));
  },
};

function shown(value: CapturedValue | undefined): string {
  return isTensor(value) ? '<tensor>' : text(value ?? null);
}

/** The result of an operator on text; undefined where it is none of these. */
export function callOnText(name: string, [self, ...args]: readonly CapturedValue[]): CapturedValue | undefined {
  if (typeof self !== 'string' || !Object.hasOwn(TEXT, name)) return undefined;
  return TEXT[name]?.(self, args);
}
