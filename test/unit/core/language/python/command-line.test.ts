import { expect, test } from 'vitest';
import { commandLineUse } from '../../../../../src/core/language/python/command-line.ts';

test.each([
  ['argparse on top', 'args = parser.parse_args()', 'at import'],
  ['known arguments within a condition', 'if True:\n    args, _ = p.parse_known_args()', 'at import'],
  ['in the body of a class', 'class C:\n    width = int(sys.argv[1])', 'at import'],
  ['in a function', 'def get_args():\n    return parser.parse_args(None)', 'in functions'],
  ['in a method', 'class C:\n    def f(self):\n        return sys.argv', 'in functions'],
  ['a function and then on top', 'def f():\n    sys.argv\nx = sys.argv', 'at import'],
  ['click', '@click.command()\ndef main(): pass', 'in functions'],
  ['hydra', '@hydra.main(config_path=None)\ndef main(cfg): pass', 'in functions'],
  ['absl', 'def build():\n    return Net(FLAGS.width)', 'in functions'],
  ['over lines', 'args = parser.parse_args(\n)', 'at import'],
  ['under the main block alone', 'if __name__ == "__main__":\n    args = parser.parse_args()', undefined],
  ['a list of its own', 'args = parser.parse_args([])', undefined],
  ['in a comment and a text', '# sys.argv\nx = "sys.argv"', undefined],
  ['nothing', 'class Net(nn.Module): pass', undefined],
  ['after the main block', 'if __name__ == "__main__":\n    main()\nargs = p.parse_args()', 'at import'],
])('%s', (_, text, use) => {
  expect(commandLineUse(text)).toBe(use);
});
