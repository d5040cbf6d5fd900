/** Text with places to fill, as editors insert it (the snippet syntax of the Language Server Protocol). */

/** Text that stands as it is. */
export function snippetText(text: string): string {
  return text.replaceAll(/[\\$}]/g, '\\$&');
}

/** A place to fill, with what stands there first. */
export function placeholder(index: number, text: string): string {
  return text === '' ? `\${${index}}` : `\${${index}:${snippetText(text)}}`;
}

/** A place to fill with one of several texts. */
export function choice(index: number, texts: readonly string[]): string {
  return `\${${index}|${texts.map((text) => text.replaceAll(/[\\$},|]/g, '\\$&')).join(',')}|}`;
}
