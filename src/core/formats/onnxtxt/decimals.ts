/**
 * Decimal numbers of ONNX text and doubles, by arithmetic where that is exact: constants have them by the thousand, and
 * cutting each out as a string to have it converted takes several times as long.
 */

const DOT = 46;
const MINUS = 45;
const PLUS = 43;
const ZERO = 48;
const COMMA = 44;
/** With this bit set, `E` is `e`. */
const LOWER = 32;
const EXPONENT = 101;

/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/** Integers of so many digits are doubles, whatever their digits are. */
const EXACT_DIGITS = 15;

/** Where the number that starts at a position ends, as `-?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?`; 0 where there is none. */
export function numberEnd(text: string, start: number): number {
  let end = text.charCodeAt(start) === MINUS ? start + 1 : start;
  if (!isDigit(text.charCodeAt(end))) return 0;
  end = digitsEnd(text, end);
  if (text.charCodeAt(end) === DOT) end = digitsEnd(text, end + 1);
  return exponentEnd(text, end);
}

/** Behind the digits that start at a position. */
export function digitsEnd(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

function exponentEnd(text: string, start: number): number {
  if ((text.charCodeAt(start) | LOWER) !== EXPONENT) return start;
  const sign = text.charCodeAt(start + 1);
  const first = sign === PLUS || sign === MINUS ? start + 2 : start + 1;
  return isDigit(text.charCodeAt(first)) ? digitsEnd(text, first) : start;
}

/**
 * The number that stands in [start, end), whose form is that of `numberEnd`. A decimal of few digits is an integer times or
 * over a power of ten, each exact, so that one operation rounds as reading the decimal does (Clinger 1990).
 */
export function numberAt(text: string, start: number, end: number): number {
  const negative = text.charCodeAt(start) === MINUS;
  let digits = 0;
  let value = 0;
  let point = end;
  let at = negative ? start + 1 : start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) point = at + 1;
    else if (isDigit(code)) {
      value = 10 * value + (code - ZERO);
      digits++;
    } else break;
  }
  const places = point === end ? 0 : at - point;
  const exponent = at < end ? Number(text.slice(at + 1, end)) - places : -places;
  if (digits > EXACT_DIGITS || Math.abs(exponent) >= POWERS.length) return Number(text.slice(start, end));
  const power = POWERS[Math.abs(exponent)] ?? 1;
  const size = exponent < 0 ? value / power : value * power;
  return negative ? -size : size;
}

/**
 * `count` numbers with commas between them, in [start, end); undefined where anything else stands there, as comments and
 * words such as `inf` do. Integers alone where `integers` says so, and then of few enough digits to be exact.
 */
export function readNumbers(
  text: string,
  start: number,
  end: number,
  count: number,
  integers: boolean,
): number[] | undefined {
  const values: number[] = [];
  let at = skipSpace(text, start, end);
  while (at < end) {
    const next = integers ? integerEnd(text, at) : numberEnd(text, at);
    if (next === 0) return undefined;
    values.push(numberAt(text, at, next));
    at = skipSpace(text, next, end);
    if (at === end) break;
    if (text.charCodeAt(at) !== COMMA) return undefined;
    at = skipSpace(text, at + 1, end);
  }
  return values.length === count ? values : undefined;
}

function integerEnd(text: string, start: number): number {
  const end = numberEnd(text, start);
  return end - start <= EXACT_DIGITS && digitsEnd(text, start + 1) === end ? end : 0;
}

/** How many numbers with a comma and a further number behind them stand from a position on, and where that last one starts. */
export function skipNumbers(
  text: string,
  start: number,
  limit: number,
): { readonly count: number; readonly at: number } {
  let count = 0;
  let at = start;
  for (;;) {
    const end = numberEnd(text, at);
    const comma = end === 0 ? limit : skipSpace(text, end, limit);
    if (comma >= limit || text.charCodeAt(comma) !== COMMA) return { count, at };
    const next = skipSpace(text, comma + 1, limit);
    const code = text.charCodeAt(next);
    if (next >= limit || !(isDigit(code) || (code === MINUS && isDigit(text.charCodeAt(next + 1)))))
      return { count, at };
    count++;
    at = next;
  }
}

function skipSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isDigit(code: number): boolean {
  return code >= ZERO && code < ZERO + 10;
}

/** Between these, a float of 32 bits times a power of ten is so close to exact that it rounds as its decimal does. */
const LEAST = 1e-6;
const MOST = 1e6;

/** The shortest decimal, of six digits or more, that gives the same float of 32 bits again. */
export function floatText(value: number): string {
  const size = Math.abs(value);
  if (size < LEAST || size >= MOST) return anyFloatText(value);
  const first = 5 - Math.floor(Math.log10(size));
  for (let places = first; places < first + 4; places++) {
    const power = POWERS[places] ?? 1;
    const scaled = Math.round(size * power);
    if (Math.fround(scaled / power) === size) return `${value < 0 ? '-' : ''}${decimalText(scaled, places)}`;
  }
  return anyFloatText(value);
}

/** An integer over a power of ten. */
function decimalText(scaled: number, places: number): string {
  if (places > 0 && scaled % 10 === 0) return decimalText(scaled / 10, places - 1);
  if (places === 0) return String(scaled);
  const digits = String(scaled).padStart(places + 1, '0');
  const point = digits.length - places;
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** As `floatText`, by way of JavaScript's own decimals. */
function anyFloatText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
