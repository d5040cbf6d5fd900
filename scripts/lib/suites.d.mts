/** What a run of a suite counts. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly unsteady?: readonly string[];
}

export function steadily(
  run: (files: readonly string[]) => Promise<object>,
  options?: { readonly again?: number },
): Promise<Counts>;
