/** Numbers and paths for people. */

/** `11.7 M`, `512`. */
export function countText(count: number): string {
  for (const [size, name] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const) {
    if (count >= size) return `${(count / (size === 1e4 ? 1e3 : size)).toFixed(count >= 100 * size ? 0 : 1)} ${name}`;
  }
  return count.toLocaleString('en');
}

/** `44.7 MB`: powers of ten, as file managers show them. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = bytes / 1000;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size.toFixed(size >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
