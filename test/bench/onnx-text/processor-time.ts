/** What work costs: the time of all processors that the process takes for it, in milliseconds. */

/** So what else the machine does does not count; what the engine does on threads of its own, such as collections, does. */
export function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

export function medianOf(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}
