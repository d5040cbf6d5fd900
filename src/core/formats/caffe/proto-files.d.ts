/** Schemas are bundled as text; `?raw` says so to vite, and esbuild looks at the ending alone. */
declare module '*.proto?raw' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: this is how bundlers hand out text
  export default text;
}
