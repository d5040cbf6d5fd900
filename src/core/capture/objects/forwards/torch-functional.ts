/** torch.nn.functional in terms of PyTorch's operators: what modules of torch.fx call, and the layers of torch.nn use. */
import type { ForwardTexts } from '../forward-table.ts';

/** An activation with a version that works in place. */
const inplace = (name: string, parameters = '', args = parameters.replace(/ ?=[^,]*/g, '')) => `
def ${name}(input${parameters === '' ? '' : `, ${parameters}`}, inplace=False):
    if inplace:
        return torch.${name}_(input${args === '' ? '' : `, ${args}`})
    return torch.${name}(input${args === '' ? '' : `, ${args}`})`;

const pools = (n: number) => `
def max_pool${n}d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    steps = kernel_size if stride is None else stride
    if return_indices:
        return torch.max_pool${n}d_with_indices(input, kernel_size, steps, padding, dilation, ceil_mode)
    return torch.max_pool${n}d(input, kernel_size, steps, padding, dilation, ceil_mode)
def adaptive_avg_pool${n}d(input, output_size):
    return torch.adaptive_avg_pool${n}d(input, sizes(output_size, input, ${n}))
def adaptive_max_pool${n}d(input, output_size, return_indices=False):
    out, indices = torch.adaptive_max_pool${n}d(input, sizes(output_size, input, ${n}))
    return (out, indices) if return_indices else out
def lp_pool${n}d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    steps = kernel_size if stride is None else stride
    mean = torch.avg_pool${n}d(torch.pow(input, norm_type), kernel_size, steps, 0, ceil_mode)
    count = 1
    for k in range(${n}):
        count = count * (kernel_size if isinstance(kernel_size, int) else kernel_size[k])
    return torch.pow(torch.relu(torch.sign(mean) * torch.abs(mean)) * count, 1.0 / norm_type)`;

export const TORCH_FUNCTIONAL: ForwardTexts = {
  'torch.nn.functional': `
${[
  inplace('relu'),
  inplace('relu6'),
  inplace('silu'),
  inplace('mish'),
  inplace('hardswish'),
  inplace('hardsigmoid'),
  inplace('selu'),
  inplace('elu', 'alpha=1.0'),
  inplace('celu', 'alpha=1.0'),
  inplace('hardtanh', 'min_val=-1.0, max_val=1.0'),
  inplace('leaky_relu', 'negative_slope=0.01'),
  inplace('threshold', 'threshold, value'),
  pools(1),
  pools(2),
  pools(3),
].join('\n')}
def sizes(wanted, input, axes):
    if isinstance(wanted, int):
        return [wanted] * axes
    whole = []
    for k in range(axes):
        size = wanted[k]
        whole.append(input.size(k - axes) if size is None else size)
    return whole
def relu_(input):
    return torch.relu_(input)
def gelu(input, approximate="none"):
    return torch.gelu(input, approximate=approximate)
def sigmoid(input):
    return torch.sigmoid(input)
def tanh(input):
    return torch.tanh(input)
def softplus(input, beta=1.0, threshold=20.0):
    return torch.softplus(input, beta, threshold)
def softsign(input):
    return input / (torch.abs(input) + 1)
def tanhshrink(input):
    return input - torch.tanh(input)
def logsigmoid(input):
    return torch.log_sigmoid(input)
def hardshrink(input, lambd=0.5):
    return torch.hardshrink(input, lambd)
def softshrink(input, lambd=0.5):
    return torch.softshrink(input, lambd)
def glu(input, dim=-1):
    return torch.glu(input, dim)
def prelu(input, weight):
    return torch.prelu(input, weight)
def usual_axis(dim, input):
    if dim is not None:
        return dim
    return 0 if input.dim() == 0 or input.dim() == 1 or input.dim() == 3 else 1
def softmax(input, dim=None, _stacklevel=3, dtype=None):
    return torch.softmax(input, usual_axis(dim, input), dtype)
def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    return torch.log_softmax(input, usual_axis(dim, input), dtype)
def softmin(input, dim=None, _stacklevel=3, dtype=None):
    return torch.softmax(-input, usual_axis(dim, input), dtype)
def identity_unless(training, p, input):
    assert not training or p == 0.0, "it drops at random: call model.eval() before saving"
    return input
def dropout(input, p=0.5, training=True, inplace=False):
    return identity_unless(training, p, input)
def dropout1d(input, p=0.5, training=True, inplace=False):
    return identity_unless(training, p, input)
def dropout2d(input, p=0.5, training=True, inplace=False):
    return identity_unless(training, p, input)
def dropout3d(input, p=0.5, training=True, inplace=False):
    return identity_unless(training, p, input)
def alpha_dropout(input, p=0.5, training=False, inplace=False):
    return identity_unless(training, p, input)
def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    return identity_unless(training, p, input)
def linear(input, weight, bias=None):
    return torch.linear(input, weight, bias)
def bilinear(input1, input2, weight, bias=None):
    return torch.bilinear(input1, input2, weight, bias)
def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    assert max_norm is None, "a lookup with max_norm changes the table"
    return torch.embedding(weight, input)
def one_hot(tensor, num_classes=-1):
    return torch.one_hot(tensor, num_classes)
def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return torch.conv1d(input, weight, bias, stride, padding, dilation, groups)
def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return torch.conv2d(input, weight, bias, stride, padding, dilation, groups)
def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return torch.conv3d(input, weight, bias, stride, padding, dilation, groups)
def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return torch.conv_transpose1d(input, weight, bias, stride, padding, output_padding, groups, dilation)
def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return torch.conv_transpose2d(input, weight, bias, stride, padding, output_padding, groups, dilation)
def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return torch.conv_transpose3d(input, weight, bias, stride, padding, output_padding, groups, dilation)
def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05):
    assert not training or running_mean is None, "it is in training mode: call model.eval() before saving"
    return torch.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, False)
def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05):
    return torch.instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps, False)
def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05):
    return torch.layer_norm(input, normalized_shape, weight, bias, eps)
def rms_norm(input, normalized_shape, weight=None, eps=None):
    return torch.rms_norm(input, normalized_shape, weight, eps)
def group_norm(input, num_groups, weight=None, bias=None, eps=1e-05):
    return torch.group_norm(input, num_groups, weight, bias, eps)
def local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0):
    squares = (input * input).flatten(2).unsqueeze(1)
    padded = pad(squares, [0, 0, size // 2, (size - 1) // 2])
    means = torch.avg_pool2d(padded, [size, 1], [1, 1], [0, 0]).squeeze(1)
    return input / torch.pow(means.view(input.size()) * alpha + k, beta)
def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    if p == 2.0:
        length = torch.norm(input, 2, [dim] if isinstance(dim, int) else dim, True)
    else:
        length = torch.norm(input, p, [dim] if isinstance(dim, int) else dim, True)
    return input / torch.clamp(length, min=eps)
def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    return torch.avg_pool1d(input, kernel_size, kernel_size if stride is None else stride, padding, ceil_mode, count_include_pad)
def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    return torch.avg_pool2d(input, kernel_size, kernel_size if stride is None else stride, padding, ceil_mode, count_include_pad, divisor_override)
def avg_pool3d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    return torch.avg_pool3d(input, kernel_size, kernel_size if stride is None else stride, padding, ceil_mode, count_include_pad, divisor_override)
def pad(input, pad, mode="constant", value=None):
    if mode == "constant":
        return torch.constant_pad_nd(input, pad, 0.0 if value is None else value)
    return torch.pad(input, pad, mode, value)
def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False):
    axes = input.dim() - 2
    scales = None
    if scale_factor is not None:
        scales = [float(scale_factor)] * axes if isinstance(scale_factor, number) else [float(each) for each in scale_factor]
        if recompute_scale_factor:
            size = [int(math.floor(float(input.size(k + 2)) * scales[k])) for k in range(axes)]
            scales = None
    elif isinstance(size, int):
        size = [size] * axes
    corners = False if align_corners is None else align_corners
    if antialias:
        return torch._upsample_bilinear2d_aa(input, size, corners, scales) if mode == "bilinear" else torch._upsample_bicubic2d_aa(input, size, corners, scales)
    if mode == "nearest":
        return torch.upsample_nearest1d(input, size, scales) if axes == 1 else torch.upsample_nearest2d(input, size, scales) if axes == 2 else torch.upsample_nearest3d(input, size, scales)
    if mode == "nearest-exact":
        return torch._upsample_nearest_exact1d(input, size, scales) if axes == 1 else torch._upsample_nearest_exact2d(input, size, scales) if axes == 2 else torch._upsample_nearest_exact3d(input, size, scales)
    if mode == "linear":
        return torch.upsample_linear1d(input, size, corners, scales)
    if mode == "bilinear":
        return torch.upsample_bilinear2d(input, size, corners, scales)
    if mode == "bicubic":
        return torch.upsample_bicubic2d(input, size, corners, scales)
    if mode == "trilinear":
        return torch.upsample_trilinear3d(input, size, corners, scales)
    assert mode == "area", "an unknown mode of interpolation"
    wanted = [int(math.floor(input.size(k + 2) * scales[k])) for k in range(axes)] if size is None else size
    return torch.adaptive_avg_pool1d(input, wanted) if axes == 1 else torch.adaptive_avg_pool2d(input, wanted) if axes == 2 else torch.adaptive_avg_pool3d(input, wanted)
def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    return interpolate(input, size, scale_factor, mode, align_corners)
def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    kinds = ["bilinear", "nearest", "bicubic"]
    borders = ["zeros", "border", "reflection"]
    return torch.grid_sampler(input, grid, kinds.index(mode), borders.index(padding_mode), False if align_corners is None else align_corners)
def pixel_shuffle(input, upscale_factor):
    return torch.pixel_shuffle(input, upscale_factor)
def pixel_unshuffle(input, downscale_factor):
    return torch.pixel_unshuffle(input, downscale_factor)
def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    return torch.im2col(input, pair(kernel_size), pair(dilation), pair(padding), pair(stride))
def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    return torch.col2im(input, pair(output_size), pair(kernel_size), pair(dilation), pair(padding), pair(stride))
def pair(value):
    return [value, value] if isinstance(value, int) else value
def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    assert dropout_p == 0.0, "it drops at random: call model.eval() before saving"
    return torch.scaled_dot_product_attention(query, key, value, attn_mask, 0.0, is_causal, scale=scale, enable_gqa=enable_gqa)
def cosine_similarity(x1, x2, dim=1, eps=1e-08):
    return torch.cosine_similarity(x1, x2, dim, eps)
def pairwise_distance(x1, x2, p=2.0, eps=1e-06, keepdim=False):
    return torch.pairwise_distance(x1, x2, p, eps, keepdim)
`,
};
