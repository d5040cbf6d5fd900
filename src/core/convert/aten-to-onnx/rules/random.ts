/** Operators whose results are random: no two runs agree, so that nothing could be exact. */
import { type Lowering, lowerings } from '../lowering.ts';
import { refuseArgument } from '../support.ts';

const random: Lowering<object> = (_, __, node) =>
  refuseArgument(node, 'random numbers', 'no two runs give the same: pass them in as an input of the model');

export const randomNumbers = lowerings({
  'aten::rand': random,
  'aten::rand_like': random,
  'aten::randn': random,
  'aten::randn_like': random,
  'aten::randint': random,
  'aten::randint_like': random,
  'aten::randperm': random,
  'aten::bernoulli': random,
});
