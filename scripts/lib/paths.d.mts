/** Types of paths.mjs for tests. */
export const ROOT: string;
export const CACHE: string;
export function inRoot(...parts: string[]): string;
