/** Stands in for VS Code's @vscode/native-watchdog where that was not built: ends the process when its parent is gone. */
module.exports = {
  start(parent) {
    const look = () => {
      try {
        process.kill(parent, 0);
      } catch {
        process.exit(87);
      }
    };
    setInterval(look, 5000).unref();
  },
};
