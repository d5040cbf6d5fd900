/** How what our simplifier made of one model stands to what the others made of it. */

export const OURS = 'graphwright';
export const OTHERS = ['onnxsim', 'onnxslim', 'onnxruntime'];

/** Bytes by which a file may be larger than the smallest of the others before it counts: names differ. */
const SLACK = 1.01;
/** What folding of weights may add to a file (src/core/passes/fold/limits.ts): bytes, or a share where that is more. */
const ROOM = { bytes: 1 << 27, share: 0.1 };

/** The rows of one model that other tools passed. */
export function passedOthers(row, all) {
  return all.filter(
    (each) =>
      each.case === row.case && each.source === row.source && OTHERS.includes(each.tool) && each.verdict === 'pass',
  );
}

/** Of a row of ours: the other tool with the fewest nodes, that with the smallest file, and where ours falls short. */
export function standing(row, all) {
  const others = passedOthers(row, all);
  const fewest = least(others, 'nodes');
  const smallest = least(others, 'bytes');
  const slips = [];
  if (row.verdict === 'pass') {
    if (row.nodes > row.nodes_before) slips.push(`${row.nodes} nodes of ${row.nodes_before}`);
    const room = Math.max(ROOM.bytes, row.bytes_before * ROOM.share);
    if (row.bytes > row.bytes_before + room) slips.push(`${row.bytes} bytes of ${row.bytes_before}`);
  }
  return { fewest, smallest, slips };
}

/** Whether no other tool that passed has fewer nodes. */
export function hasFewest(row, all) {
  const { fewest } = standing(row, all);
  return row.verdict === 'pass' && (!fewest || row.nodes <= fewest.nodes);
}

/** Whether no other tool that passed has a smaller file. */
export function hasSmallest(row, all) {
  const { smallest } = standing(row, all);
  return row.verdict === 'pass' && (!smallest || row.bytes <= smallest.bytes * SLACK);
}

function least(found, key) {
  return found.reduce((best, each) => (best === undefined || each[key] < best[key] ? each : best), undefined);
}

/**
 * Lines that say for each model where another tool has fewer nodes: by how many, and which operators it has more or fewer
 * of; and where another tool's file is smaller.
 */
export function gaps(all) {
  const ours = all.filter(({ tool }) => tool === OURS);
  return ours.flatMap((row) => {
    const name = `${row.case} ${row.source}`;
    if (row.verdict === 'absent' || row.verdict === 'unmeasured') return [];
    if (row.verdict !== 'pass') return [`FAILS    ${name}: ${row.verdict}, ${row.detail}`];
    const { fewest, smallest } = standing(row, all);
    const lines = [];
    if (fewest && fewest.nodes < row.nodes)
      lines.push(
        `WORSE    ${name}: ${row.nodes} nodes, ${fewest.tool} ${fewest.nodes} (of ${row.nodes_before}); ${differences(row, fewest)}`,
      );
    if (smallest && row.bytes > smallest.bytes * SLACK)
      lines.push(`LARGER   ${name}: ${row.bytes} bytes, ${smallest.tool} ${smallest.bytes} (of ${row.bytes_before})`);
    return lines;
  });
}

/** Operators whose counts differ: `Add 43 (19)` is 43 in ours, 19 in theirs. */
function differences(mine, theirs) {
  const names = [...new Set([...Object.keys(mine.operators), ...Object.keys(theirs.operators)])].sort();
  return names
    .map((name) => [name, mine.operators[name] ?? 0, theirs.operators[name] ?? 0])
    .filter(([, a, b]) => a !== b)
    .map(([name, a, b]) => `${name} ${a} (${b})`)
    .join(', ');
}
