/** Stands in for VS Code's native logger (@vscode/spdlog) where that was not built: appends lines to a file. */
const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');

class Logger {
  constructor(file) {
    this.file = file;
    mkdirSync(dirname(file), { recursive: true });
  }

  write(message) {
    appendFileSync(this.file, message);
  }
}

for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'critical']) {
  Logger.prototype[level] = function (message) {
    this.write(message);
  };
}
for (const ignored of ['setLevel', 'clearFormatters', 'setPattern', 'flush', 'drop'])
  Logger.prototype[ignored] = () => {};

const create = async (_name, file) => new Logger(file);
module.exports = { createRotatingLogger: create, createAsyncRotatingLogger: create, setFlushOn() {}, version: 0 };
