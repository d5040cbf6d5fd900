/** Fields that change nothing of what a layer computes when it runs: how training fills and updates it, and which code runs it. */

const HARMLESS: readonly RegExp[] = [
  // How blobs are filled before training.
  /filler(\[\d+\])?(\.|$)/,
  // Which of several implementations runs it.
  /\.(engine|conv_algorithm|conv_algos_override|cudnn_convolution_algo_seeker|force_nd_im2col|bias_propagate_down)$/,
  // Gradients, statistics while training, messages.
  /\.(stable_prod_grad|moving_average_fraction|stats_batch_size|debug_info|share_in_parallel|print_info)$/,
  // Files and pictures that a program around the network makes of what was found.
  /^detection_output_param\.(save_output_param\.|save_file$|visualize)/,
  // What training measures, and what it does to pictures before.
  /^(loss_param|transform_param)\./,
];

export function isHarmless(path: string): boolean {
  return HARMLESS.some((pattern) => pattern.test(path));
}
