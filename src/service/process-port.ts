/** The IPC channel to the parent process as a port; the process ends with its parent. */
import { isRequest, type Port, type Reply, type Request } from './protocol.ts';

export function processPort(): Port<Reply, Request> {
  if (!process.send)
    throw new Error('the engine is started by the extension, not by hand: use the command line instead');
  process.on('disconnect', () => process.exit());
  return {
    send: (message) => {
      // Nobody is left to hear of it when the channel is closed.
      if (process.connected) process.send?.(message);
    },
    listen: (hear) => {
      process.on('message', (message) => {
        if (isRequest(message)) hear(message);
      });
    },
  };
}
