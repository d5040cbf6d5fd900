/** Neighbouring opsets of which the same is said, as one row; what those who show a table of targets share. */

/** What is said of an opset or a target, as far as grouping and wording need it. */
export interface Answer {
  readonly layers: number;
  readonly taken: number;
  readonly reasons: readonly { readonly message: string; readonly count: number }[];
  readonly failure?: string;
}

/** Rows in the order of their opsets become runs of those that say the same; the last of each run stands for it. */
export function groupOpsets<R extends Answer & { readonly opset: number }>(
  rows: readonly R[],
): readonly { readonly from: number; readonly to: number; readonly row: R }[] {
  const groups: { from: number; to: number; row: R; key: string }[] = [];
  for (const row of rows) {
    // Reasons may name the opset.
    const key = row.failure === undefined ? JSON.stringify([row.taken, row.reasons.map(wordless)]) : 'failure';
    const last = groups.at(-1);
    if (last?.key === key && last.to === row.opset - 1) Object.assign(last, { to: row.opset, row });
    else groups.push({ from: row.opset, to: row.opset, row, key });
  }
  return groups;
}

function wordless({ message, count }: Answer['reasons'][number]): string {
  return `${count} ${message.replaceAll(/\bopset \d+/g, 'opset')}`;
}

/** `yes`, `3 nodes`: those that the target does not take; `no` where it is the model as a whole; empty where nothing is known. */
export function answerText({ layers, taken, reasons, failure }: Answer): string {
  if (failure !== undefined) return '';
  const blocked = layers - taken;
  if (blocked > 0) return `${blocked} ${blocked === 1 ? 'node' : 'nodes'}`;
  return reasons.length === 0 ? 'yes' : 'no';
}

/** `13`, `13 to 17`, `7, 9 to 13`. */
export function rangesText(opsets: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const opset of opsets) {
    const last = runs.at(-1);
    if (last && last[1] === opset - 1) last[1] = opset;
    else runs.push([opset, opset]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
}
