import type { BuildOptions } from 'esbuild';

interface Program {
  readonly entry: string;
  readonly atOnce?: readonly string[];
  readonly out: string;
  readonly rest: string;
  readonly options: BuildOptions;
  readonly root?: string;
}

export function bundleInTwo(program: Program): Promise<readonly { readonly out: string; readonly bytes: number }[]>;
