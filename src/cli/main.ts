/** The command line as a process: start.ts runs it. */
import { run } from './run.ts';

const STREAMS = [process.stdout, process.stderr];

// A reader that has seen enough closes the pipe: there is nobody left to write to.
for (const stream of STREAMS) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

run(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
  // Where all is said the process ends at once: left to itself, Node would first take its memory down piece by piece.
  if (STREAMS.every(({ writableLength }) => writableLength === 0)) process.exit();
});
