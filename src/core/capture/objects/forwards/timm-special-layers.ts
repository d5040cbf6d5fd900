/** Forwards of timm's layers that few of its models have, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_SPECIAL_LAYERS: ForwardTexts = {
  'timm.layers.selective_kernel': `
class SelectiveKernel:
    fits = "paths attn"
    def forward(self, x):
        parts = torch.split(x, self.in_channels // self.num_paths, 1)
        paths = []
        for k, path in enumerate(self.paths):
            paths.append(path(parts[k] if self.split_input else x))
        joined = torch.stack(paths, 1)
        return (joined * self.attn(joined)).sum(1)
class SelectiveKernelAttn:
    fits = "fc_reduce bn act fc_select"
    def forward(self, x):
        gate = self.fc_select(self.act(self.bn(self.fc_reduce(x.sum(1).mean([2, 3], True)))))
        b, c, h, w = gate.shape
        return torch.softmax(gate.view(b, self.num_paths, c // self.num_paths, h, w), 1)
`,
  'timm.layers.split_attn': `
class SplitAttn:
    fits = "conv bn0 drop act0 fc1 bn1 act1 fc2 rsoftmax"
    def forward(self, x):
        x = self.act0(self.drop(self.bn0(self.conv(x))))
        b, c, h, w = x.shape
        split = x.reshape(b, self.radix, c // self.radix, h, w)
        gap = split.sum(1).mean([2, 3], True)
        gate = self.rsoftmax(self.fc2(self.act1(self.bn1(self.fc1(gap)))))
        return (split * gate.view(b, self.radix, c // self.radix, 1, 1)).sum(1)
class RadixSoftmax:
    fits = ""
    def forward(self, x):
        if self.radix == 1:
            return torch.sigmoid(x)
        split = x.view(x.size(0), self.cardinality, self.radix, -1).transpose(1, 2)
        return torch.softmax(split, 1).reshape(x.size(0), -1)
`,
  'timm.layers.halo_attn': `
class HaloAttn:
    fits = "q kv pos_embed pool"
    def forward(self, x):
        b, c, h, w = x.shape
        down, right = h // self.block_size, w // self.block_size
        small = self.block_size_ds
        q = self.q(x).reshape(-1, self.dim_head_qk, down, small, right, small).permute(0, 1, 3, 5, 2, 4)
        q = q.reshape(b * self.num_heads, self.dim_head_qk, -1, down * right).transpose(1, 3)
        halo = torch.nn.functional.pad(self.kv(x), [self.halo_size, self.halo_size, self.halo_size, self.halo_size])
        halo = halo.unfold(2, self.win_size, self.block_size).unfold(3, self.win_size, self.block_size)
        halo = halo.reshape(b * self.num_heads, self.dim_head_qk + self.dim_head_v, down * right, -1).permute(0, 2, 3, 1)
        k, v = torch.split(halo, [self.dim_head_qk, self.dim_head_v], -1)
        scores = torch.matmul(q, k.transpose(-1, -2))
        if self.scale_pos_embed:
            scores = (scores + self.pos_embed(q)) * self.scale
        else:
            scores = scores * self.scale + self.pos_embed(q)
        out = torch.matmul(torch.softmax(scores, -1), v).transpose(1, 3).reshape(-1, small, small, down, right)
        out = out.permute(0, 3, 1, 4, 2).reshape(b, self.dim_out_v, h // self.block_stride, w // self.block_stride)
        return self.pool(out)
class PosEmbedRel:
    fits = "height_rel[2] width_rel[2]"
    def forward(self, q):
        b, blocks, n, c = q.shape
        grid = q.reshape(-1, self.block_size, self.block_size, self.dim_head)
        wide = along(grid, self.width_rel).permute(0, 1, 3, 2, 4)
        high = along(grid.transpose(1, 2), self.height_rel).permute(0, 3, 1, 4, 2)
        return (high + wide).reshape(b, blocks, n, -1)
def along(q, relative):
    b, h, w, c = q.shape
    span = relative.shape[0]
    size = (span + 1) // 2
    scores = torch.matmul(q, relative.transpose(-1, -2)).reshape(-1, w, span)
    flat = torch.nn.functional.pad(torch.nn.functional.pad(scores, [0, 1]).flatten(1), [0, span - w])
    moved = flat.reshape(-1, w + 1, span)[:, :w, size - 1:]
    return moved.reshape(b, h, 1, w, size).expand(-1, -1, size, -1, -1)
`,
  'timm.layers.pos_embed_sincos': `
class RotaryEmbeddingDinoV3:
    fits = "periods[1]"
    pos_embed_cached = None
    def get_embed(self, h, w):
        assert not self.training or not self.aug_active, "it is in training mode: call model.eval() before saving"
        if self.normalize_coords == "separate":
            high, wide = float(h), float(w)
        else:
            high = float(max(h, w) if self.normalize_coords == "max" else min(h, w))
            wide = high
        rows = (torch.arange(h).to(torch.float32) + (0.5 + self.grid_offset)) / high
        columns = (torch.arange(w).to(torch.float32) + (0.5 + self.grid_offset)) / wide
        grid = torch.stack([rows.unsqueeze(1).expand(h, w), columns.unsqueeze(0).expand(h, w)], -1).flatten(0, 1) * 2.0 - 1.0
        angles = (grid.unsqueeze(-1) * (2.0 * 3.141592653589793) / self.periods).flatten(1)
        angles = angles.repeat(1, 2) if self.rotate_half else torch.stack([angles, angles], -1).flatten(1)
        return torch.cat([torch.sin(angles), torch.cos(angles)], -1)
    def forward(self, x):
        return rotated(x, self.get_embed(x.shape[2], x.shape[3]), self.rotate_half)
def rotated(x, embedding, half):
    sine, cosine = embedding.chunk(2, -1)
    if half:
        first, second = x.chunk(2, -1)
        turned = torch.cat([-second, first], -1)
    else:
        turned = torch.stack([-x[..., 1::2], x[..., 0::2]], -1).reshape(x.shape)
    return x * cosine + turned * sine
`,
  'timm.layers.std_conv': `
class ScaledStdConv2d:
    fits = "weight[4] bias[1] gain[4]"
    def forward(self, x):
        return torch.conv2d(x, standard(self.weight, self.eps) * (self.gain * self.scale), self.bias, self.stride, self.padding, self.dilation, self.groups)
class StdConv2dSame:
    fits = "weight[4]"
    def forward(self, x):
        if self.same_pad:
            x = timm.layers.padding.pad_same(x, self.kernel_size, self.stride, self.dilation, 0.0)
        return torch.conv2d(x, standard(self.weight, self.eps), self.bias, self.stride, self.padding, self.dilation, self.groups)
def standard(weight, eps):
    flat = weight.flatten(1)
    shift = flat - flat.mean([1], True)
    return (shift / torch.sqrt((shift * shift).mean([1], True) + eps)).view(weight.size())
`,
  'timm.layers.padding': `
def before_and_after(size, kernel, stride, dilation):
    whole = max(((size + stride - 1) // stride - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return [whole // 2, whole - whole // 2]
def pad_same(x, kernel, stride, dilation, value):
    rows = before_and_after(x.size(2), kernel[0], stride[0], dilation[0])
    columns = before_and_after(x.size(3), kernel[1], stride[1], dilation[1])
    return torch.nn.functional.pad(x, columns + rows, value=value)
`,
  'timm.layers.pool2d_same': `
class MaxPool2dSame:
    fits = ""
    def forward(self, x):
        padded = timm.layers.padding.pad_same(x, self.kernel_size, self.stride, self.dilation, -inf)
        return torch.max_pool2d(padded, self.kernel_size, self.stride, [0, 0], self.dilation, self.ceil_mode)
`,
  'timm.layers.hybrid_embed': `
class HybridEmbed:
    fits = "backbone proj"
    def forward(self, x):
        x = self.backbone(x)
        if isinstance(x, list) or isinstance(x, tuple):
            x = x[-1]
        if self.dynamic_img_pad:
            x = torch.nn.functional.pad(x, [0, -x.shape[3] % self.patch_size[1], 0, -x.shape[2] % self.patch_size[0]])
        x = self.proj(x)
        if self.flatten:
            return x.flatten(2).transpose(1, 2)
        return x if layout(self.output_fmt) == "NCHW" else x.permute(0, 2, 3, 1)
def layout(kind):
    return kind if isinstance(kind, str) else kind.value
`,
  'timm.layers.conv2d_same': `
class Conv2dSame:
    fits = "weight[4] bias[1]?"
    def forward(self, x):
        padded = timm.layers.padding.pad_same(x, self.kernel_size, self.stride, self.dilation, 0.0)
        return torch.conv2d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
`,
  'timm.layers.eca': `
class EcaModule:
    fits = "conv:Conv1d gate act? conv2:Conv1d?"
    def forward(self, x):
        rows = self.conv(x.mean([2, 3]).unsqueeze(1))
        if self.conv2 is not None:
            rows = self.conv2(self.act(rows))
        return x * self.gate(rows).view(x.shape[0], -1, 1, 1)
`,
  'timm.layers.grn': `
class GlobalResponseNorm:
    fits = "weight[1] bias[1]"
    def forward(self, x):
        lengths = torch.sqrt((x * x).sum(self.spatial_dim, True))
        relative = lengths / (lengths.mean([self.channel_dim], True) + self.eps)
        return x + self.bias.view(self.wb_shape) + self.weight.view(self.wb_shape) * (x * relative)
`,
  'timm.layers.pos_embed_rel': `
class RelPosBias:
    fits = "relative_position_bias_table[2] relative_position_index[1]?"
    def get_bias(self):
        return self.relative_position_bias_table[self.relative_position_index].view(self.bias_shape).permute(2, 0, 1).unsqueeze(0)
    def forward(self, scores):
        return scores + self.get_bias()
class RelPosMlp:
    fits = "bias_act mlp relative_position_index[1]? rel_coords_log[3]"
    def get_bias(self):
        bias = self.mlp(self.rel_coords_log)
        if self.relative_position_index is not None:
            bias = bias.view(-1, self.num_heads)[self.relative_position_index].view(self.bias_shape)
        bias = self.bias_act(bias.permute(2, 0, 1))
        if self.bias_gain is not None:
            bias = self.bias_gain * bias
        if self.prefix_tokens > 0:
            bias = torch.nn.functional.pad(bias, [self.prefix_tokens, 0, self.prefix_tokens, 0])
        return bias.unsqueeze(0)
    def forward(self, scores):
        return scores + self.get_bias()
`,
};
