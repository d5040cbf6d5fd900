/** Forwards of torch.nn's plain layers, from the formulas of PyTorch's documentation. */
import type { ForwardTexts } from '../forward-table.ts';

/** The three layers of one kind, for one to three dimensions: `$` is their number. */
const dims = (text: string, numbers = [1, 2, 3]) => numbers.map((n) => text.replaceAll('$', String(n))).join('\n');

export const TORCH_NN: ForwardTexts = {
  'torch.nn.modules.container': `
class Sequential:
    def forward(self, input):
        for module in self:
            input = module(input)
        return input
class ModuleList:
    pass
class ModuleDict:
    pass
class ParameterList:
    pass
class ParameterDict:
    pass
`,
  'torch.nn.modules.linear': `
class Identity:
    def forward(self, input):
        return input
class Linear:
    def forward(self, input):
        return torch.linear(input, self.weight, self.bias)
class NonDynamicallyQuantizableLinear(Linear):
    pass
class Bilinear:
    def forward(self, input1, input2):
        return torch.bilinear(input1, input2, self.weight, self.bias)
`,
  // A string for padding is 'same' or 'valid', which the operator takes too.
  'torch.nn.modules.conv': dims(`
class Conv$d:
    padding_mode = "zeros"
    def forward(self, input):
        if self.padding_mode == "zeros":
            return torch.conv$d(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        padded = torch.nn.functional.pad(input, self._reversed_padding_repeated_twice, self.padding_mode)
        return torch.conv$d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
class ConvTranspose$d:
    padding_mode = "zeros"
    def forward(self, input, output_size=None):
        assert self.padding_mode == "zeros", "a transposed convolution pads with zeros only"
        assert output_size is None, "the size of the output is asked for"
        return torch.conv_transpose$d(input, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation)
`),
  'torch.nn.modules.batchnorm': `
class _BatchNorm:
    track_running_stats = True
    def forward(self, input):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        if self.running_mean is not None and self.running_var is not None:
            return torch.batch_norm(input, self.weight, self.bias, self.running_mean, self.running_var, False, 0.1, self.eps, False)
        axes = [0]
        sizes = [1, -1]
        for k in range(input.dim() - 2):
            axes.append(k + 2)
            sizes.append(1)
        mean = input.mean(axes, True)
        normed = (input - mean) / torch.sqrt(((input - mean) * (input - mean)).mean(axes, True) + self.eps)
        return normed if self.weight is None else normed * self.weight.view(sizes) + self.bias.view(sizes)
class BatchNorm1d(_BatchNorm):
    pass
class BatchNorm2d(_BatchNorm):
    pass
class BatchNorm3d(_BatchNorm):
    pass
class SyncBatchNorm(_BatchNorm):
    pass
`,
  'torch.nn.modules.instancenorm': `
class _InstanceNorm:
    track_running_stats = False
    def forward(self, input):
        assert not self.training or not self.track_running_stats, "it is in training mode: call model.eval() before saving"
        spatial = self.spatial_axes()
        whole = input.unsqueeze(0) if input.dim() == spatial + 1 else input
        if self.track_running_stats:
            out = torch.batch_norm(whole, self.weight, self.bias, self.running_mean, self.running_var, False, 0.1, self.eps, False)
        else:
            out = torch.instance_norm(whole, None, None, self.weight, self.bias, True, 0.1, self.eps, False)
        return out.squeeze(0) if input.dim() == spatial + 1 else out
${dims(`class InstanceNorm$d(_InstanceNorm):
    def spatial_axes(self):
        return $`)}
`,
  'torch.nn.modules.normalization': `
class LayerNorm:
    bias = None
    def forward(self, input):
        return torch.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)
class GroupNorm:
    def forward(self, input):
        return torch.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)
class RMSNorm:
    def forward(self, input):
        return torch.rms_norm(input, self.normalized_shape, self.weight, self.eps)
class LocalResponseNorm:
    def forward(self, input):
        return torch.nn.functional.local_response_norm(input, self.size, self.alpha, self.beta, self.k)
`,
  'torch.nn.modules.dropout': `
class _DropoutNd:
    def forward(self, input):
        assert not self.training or self.p == 0.0, "it is in training mode: call model.eval() before saving"
        return input
${['Dropout', 'Dropout1d', 'Dropout2d', 'Dropout3d', 'AlphaDropout', 'FeatureAlphaDropout'].map((name) => `class ${name}(_DropoutNd):\n    pass`).join('\n')}
`,
  'torch.nn.modules.pooling': `
${dims(`class MaxPool$d:
    ceil_mode = False
    dilation = 1
    return_indices = False
    def forward(self, input):
        if self.return_indices:
            return torch.max_pool$d_with_indices(input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)
        return torch.max_pool$d(input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)
class AdaptiveAvgPool$d:
    def forward(self, input):
        return torch.nn.functional.adaptive_avg_pool$d(input, self.output_size)
class AdaptiveMaxPool$d:
    return_indices = False
    def forward(self, input):
        return torch.nn.functional.adaptive_max_pool$d(input, self.output_size, self.return_indices)`)}
class AvgPool1d:
    def forward(self, input):
        return torch.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)
${dims(
  `class AvgPool$d:
    divisor_override = None
    ceil_mode = False
    count_include_pad = True
    def forward(self, input):
        return torch.avg_pool$d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad, self.divisor_override)`,
  [2, 3],
)}
${dims(`class LPPool$d:
    def forward(self, input):
        return torch.nn.functional.lp_pool$d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)`)}
`,
  'torch.nn.modules.padding': dims(`
class ConstantPad$d:
    def forward(self, input):
        return torch.nn.functional.pad(input, self.padding, "constant", self.value)
class ZeroPad$d:
    def forward(self, input):
        return torch.nn.functional.pad(input, self.padding, "constant", 0.0)
class ReflectionPad$d:
    def forward(self, input):
        return torch.nn.functional.pad(input, self.padding, "reflect")
class ReplicationPad$d:
    def forward(self, input):
        return torch.nn.functional.pad(input, self.padding, "replicate")
class CircularPad$d:
    def forward(self, input):
        return torch.nn.functional.pad(input, self.padding, "circular")
`),
  'torch.nn.modules.sparse': `
class Embedding:
    def forward(self, input):
        assert self.max_norm is None, "a lookup with max_norm changes the table"
        return torch.embedding(self.weight, input)
class EmbeddingBag:
    padding_idx = None
    include_last_offset = False
    def forward(self, input, offsets=None, per_sample_weights=None):
        assert self.max_norm is None, "a lookup with max_norm changes the table"
        assert offsets is None and input.dim() == 2, "bags of different sizes"
        assert self.padding_idx is None, "bags with padding"
        rows = torch.embedding(self.weight, input)
        if per_sample_weights is not None:
            rows = rows * per_sample_weights.unsqueeze(-1)
        if self.mode == "sum":
            return rows.sum(1)
        return rows.mean(1) if self.mode == "mean" else rows.amax(1)
`,
  'torch.nn.modules.upsampling': `
class Upsample:
    recompute_scale_factor = None
    def forward(self, input):
        return torch.nn.functional.interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor)
class UpsamplingNearest2d(Upsample):
    pass
class UpsamplingBilinear2d(Upsample):
    pass
`,
  'torch.nn.modules.pixelshuffle': `
class PixelShuffle:
    def forward(self, input):
        return torch.pixel_shuffle(input, self.upscale_factor)
class PixelUnshuffle:
    def forward(self, input):
        return torch.pixel_unshuffle(input, self.downscale_factor)
`,
  'torch.nn.modules.channelshuffle': `
class ChannelShuffle:
    def forward(self, input):
        return torch.channel_shuffle(input, self.groups)
`,
  'torch.nn.modules.flatten': `
class Flatten:
    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)
class Unflatten:
    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)
`,
  'torch.nn.modules.fold': `
class Fold:
    def forward(self, input):
        return torch.nn.functional.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)
class Unfold:
    def forward(self, input):
        return torch.nn.functional.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)
`,
  'torch.nn.modules.distance': `
class CosineSimilarity:
    def forward(self, x1, x2):
        return torch.cosine_similarity(x1, x2, self.dim, self.eps)
class PairwiseDistance:
    def forward(self, x1, x2):
        return torch.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
`,
};
