import type { BuildOptions } from 'esbuild';

export const COMMON: BuildOptions & { readonly metafile: true };
export const ON_NODE: BuildOptions;
export const AS_FUNCTION: BuildOptions;
