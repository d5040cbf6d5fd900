/** Stopping the work from outside. */

/** A signal that is raised when the user or the system wants the work to stop; what is half-written is then taken away. */
export function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}
