/** The command line as a process: start.ts runs it. */
import { run } from './run.ts';

// A reader that has seen enough closes the pipe: there is nobody left to write to.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

run(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
