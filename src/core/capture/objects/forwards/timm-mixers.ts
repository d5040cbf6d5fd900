/** Forwards of timm's networks that mix tokens without attention, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_MIXERS: ForwardTexts = {
  'timm.models.convnext': `
class ConvNeXt:
    fits = "stem stages norm_pre head"
    def forward(self, x):
        return self.head(self.norm_pre(self.stages(self.stem(x))))
class ConvNeXtStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class ConvNeXtBlock:
    fits = "conv_dw norm mlp shortcut drop_path gamma[1]?"
    def forward(self, x):
        out = self.conv_dw(x)
        if self.use_conv_mlp:
            out = self.mlp(self.norm(out))
        else:
            out = self.mlp(self.norm(out.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        if self.gamma is not None:
            out = out * self.gamma.reshape(1, -1, 1, 1)
        return self.drop_path(out) + self.shortcut(x)
`,
  'timm.models.mambaout': `
class MambaOut:
    fits = "stem stages head"
    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
class Stem:
    fits = "conv1 act conv2 norm2"
    def forward(self, x):
        x = self.conv1(x)
        if self.norm1 is not None:
            x = self.norm1(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return self.norm2(self.conv2(self.act(x)).permute(0, 2, 3, 1))
class DownsampleNormFirst:
    fits = "norm conv"
    def forward(self, x):
        return self.conv(self.norm(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
class MambaOutStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class GatedConvBlock:
    fits = "norm fc1 act conv fc2 ls drop_path"
    def forward(self, x):
        gate, kept, mixed = torch.split(self.fc1(self.norm(x)), self.split_indices, -1)
        mixed = self.conv(mixed.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        out = self.fc2(self.act(gate) * torch.cat([kept, mixed], -1))
        return self.drop_path(self.ls(out)) + x
`,
  'timm.models.convmixer': `
class ConvMixer:
    fits = "stem blocks pooling head_drop head"
    def forward(self, x):
        return self.head(self.head_drop(self.pooling(self.blocks(self.stem(x)))))
class Residual:
    fits = "fn"
    def forward(self, x):
        return self.fn(x) + x
`,
  'timm.models.inception_next': `
class MetaNeXt:
    fits = "stem stages head"
    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
class MetaNeXtStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class MetaNeXtBlock:
    fits = "token_mixer norm mlp drop_path gamma[1]?"
    def forward(self, x):
        out = self.mlp(self.norm(self.token_mixer(x)))
        if self.gamma is not None:
            out = out * self.gamma.reshape(1, -1, 1, 1)
        return self.drop_path(out) + x
class InceptionDWConv2d:
    fits = "dwconv_hw dwconv_w dwconv_h"
    def forward(self, x):
        kept, square, wide, high = torch.split(x, self.split_indexes, 1)
        return torch.cat([kept, self.dwconv_hw(square), self.dwconv_w(wide), self.dwconv_h(high)], 1)
class ConvMlp:
    fits = "fc1 norm act drop fc2"
    def forward(self, x):
        return self.fc2(self.drop(self.act(self.norm(self.fc1(x)))))
class MlpClassifierHead:
    fits = "global_pool fc1 act norm fc2 drop"
    def forward(self, x):
        return self.fc2(self.drop(self.norm(self.act(self.fc1(self.global_pool(x))))))
`,
  'timm.models.edgenext': `
class EdgeNeXt:
    fits = "stem stages norm_pre head"
    def forward(self, x):
        return self.head(self.norm_pre(self.stages(self.stem(x))))
class EdgeNeXtStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class ConvBlock:
    fits = "conv_dw norm mlp drop_path gamma[1]?"
    def forward(self, x):
        inner = self.conv_dw(x)
        shortcut = inner if self.shortcut_after_dw else x
        out = self.mlp(self.norm(inner.permute(0, 2, 3, 1)))
        if self.gamma is not None:
            out = self.gamma * out
        return shortcut + self.drop_path(out.permute(0, 3, 1, 2))
class SplitTransposeBlock:
    fits = "convs pos_embd? norm_xca xca norm mlp drop_path gamma_xca[1] gamma[1]?"
    def forward(self, x):
        parts = x.chunk(len(self.convs) + 1, 1)
        done = []
        for k, conv in enumerate(self.convs):
            done.append(conv(parts[k] if k == 0 else done[-1] + parts[k]))
        done.append(parts[-1])
        joined = torch.cat(done, 1)
        b, c, h, w = joined.shape
        rows = joined.reshape(b, c, h * w).permute(0, 2, 1)
        if self.pos_embd is not None:
            rows = rows + self.pos_embd(h, w).flatten(2).permute(0, 2, 1)
        rows = rows + self.drop_path(self.gamma_xca * self.xca(self.norm_xca(rows)))
        out = self.mlp(self.norm(rows.reshape(b, h, w, c)))
        if self.gamma is not None:
            out = self.gamma * out
        return x + self.drop_path(out.permute(0, 3, 1, 2))
class PositionalEncodingFourier:
    fits = "token_projection"
    def forward(self, h, w):
        pairs = torch.div(torch.arange(self.hidden_dim), 2, rounding_mode="floor").to(torch.float32)
        widths = torch.pow(float(self.temperature), 2 * pairs / float(self.hidden_dim))
        rows = (torch.arange(1, h + 1).to(torch.float32) / (float(h) + 1e-06) * self.scale).view(1, h, 1).expand(1, h, w)
        columns = (torch.arange(1, w + 1).to(torch.float32) / (float(w) + 1e-06) * self.scale).view(1, 1, w).expand(1, h, w)
        waves = torch.cat([waved(rows.unsqueeze(-1) / widths), waved(columns.unsqueeze(-1) / widths)], 3)
        return self.token_projection(waves.permute(0, 3, 1, 2))
def waved(x):
    return torch.stack([torch.sin(x[:, :, :, 0::2]), torch.cos(x[:, :, :, 1::2])], 4).flatten(3)
class CrossCovarianceAttn:
    fits = "qkv attn_drop proj proj_drop temperature[3]"
    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 4, 1).unbind(0)
        q, k = torch.nn.functional.normalize(q, dim=-1), torch.nn.functional.normalize(k, dim=-1)
        weights = self.attn_drop(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * self.temperature, -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).permute(0, 3, 1, 2).reshape(b, n, c)))
`,
  'timm.models.metaformer': `
class MetaFormer:
    fits = "stem stages head"
    def forward(self, x):
        x = self.stages(self.stem(x))
        head = self.head
        return head.fc(head.drop(head.flatten(head.norm(head.global_pool(x)))))
class Stem:
    fits = "conv norm"
    def forward(self, x):
        return self.norm(self.conv(x))
class LayerNorm2dNoBias(timm.layers.norm.LayerNorm2d):
    fits = "weight[1]"
class GroupNorm1NoBias(torch.nn.modules.normalization.GroupNorm):
    pass
class MetaFormerStage:
    fits = "downsample blocks"
    def forward(self, x):
        x = self.downsample(x)
        if self.use_nchw:
            return self.blocks(x)
        b, c, h, w = x.shape
        return self.blocks(x.reshape(b, c, -1).transpose(1, 2)).transpose(1, 2).reshape(b, c, h, w)
class MetaFormerBlock:
    fits = "norm1 token_mixer drop_path1 layer_scale1 res_scale1 norm2 mlp drop_path2 layer_scale2 res_scale2"
    def forward(self, x):
        x = self.res_scale1(x) + self.layer_scale1(self.drop_path1(self.token_mixer(self.norm1(x))))
        return self.res_scale2(x) + self.layer_scale2(self.drop_path2(self.mlp(self.norm2(x))))
class Pooling:
    fits = "pool"
    def forward(self, x):
        return self.pool(x) - x
class StarReLU:
    fits = "relu scale[1] bias[1]"
    def forward(self, x):
        return self.scale * torch.pow(self.relu(x), 2) + self.bias
class Downsampling:
    fits = "norm conv"
    def forward(self, x):
        return self.conv(self.norm(x))
class Scale:
    fits = "scale[1]"
    def forward(self, x):
        return x * self.scale.view(self.shape)
`,
  'timm.models.focalnet': `
class FocalNet:
    fits = "stem layers norm head"
    def forward(self, x):
        return self.head(self.norm(self.layers(self.stem(x))))
class Downsample:
    fits = "proj norm"
    def forward(self, x):
        return self.norm(self.proj(x))
class FocalNetStage:
    fits = "downsample blocks"
    def forward(self, x):
        x = self.downsample(x)
        for block in self.blocks:
            x = block(x)
        return x
class FocalNetBlock:
    fits = "norm1 modulation norm1_post ls1 drop_path1 norm2 mlp norm2_post ls2 drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.ls1(self.norm1_post(self.modulation(self.norm1(x)))))
        return x + self.drop_path2(self.ls2(self.norm2_post(self.mlp(self.norm2(x)))))
class FocalModulation:
    fits = "f h act proj proj_drop focal_layers norm"
    def forward(self, x):
        q, context, gates = torch.split(self.f(x), self.input_split, 1)
        whole = []
        for k, layer in enumerate(self.focal_layers):
            context = layer(context)
            whole.append(context * gates[:, k:k + 1])
        total = self.act(context.mean([2, 3], True)) * gates[:, self.focal_level:]
        for part in whole:
            total = total + part
        if self.normalize_modulator:
            total = total / (self.focal_level + 1)
        return self.proj_drop(self.proj(self.norm(q * self.h(total))))
`,
  'timm.models.mlp_mixer': `
class MlpMixer:
    fits = "stem blocks norm head_drop head"
    def forward(self, x):
        x = self.norm(self.blocks(self.stem(x)))
        if self.global_pool == "avg":
            x = x.mean(1)
        return self.head(self.head_drop(x))
class MixerBlock:
    fits = "norm1 mlp_tokens drop_path norm2 mlp_channels"
    def forward(self, x):
        x = x + self.drop_path(self.mlp_tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2))
        return x + self.drop_path(self.mlp_channels(self.norm2(x)))
class SpatialGatingBlock:
    fits = "norm mlp_channels drop_path"
    def forward(self, x):
        return x + self.drop_path(self.mlp_channels(self.norm(x)))
class SpatialGatingUnit:
    fits = "norm proj"
    def forward(self, x):
        kept, gate = x.chunk(2, -1)
        return kept * self.proj(self.norm(gate).transpose(-1, -2)).transpose(-1, -2)
`,
  'timm.models.sequencer': `
class Sequencer2d:
    fits = "stem stages norm head"
    def forward(self, x):
        return self.head(self.norm(self.stages(self.stem(x))))
class Sequencer2dStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class Sequencer2dBlock:
    fits = "norm1 rnn_tokens drop_path norm2 mlp_channels"
    def forward(self, x):
        x = x + self.drop_path(self.rnn_tokens(self.norm1(x)))
        return x + self.drop_path(self.mlp_channels(self.norm2(x)))
class LSTM2d:
    fits = "fc? rnn_v rnn_h"
    def forward(self, x):
        b, h, w, c = x.shape
        assert self.with_vertical and self.with_horizontal, "it runs along one axis"
        down = self.rnn_v(x.permute(0, 2, 1, 3).reshape(-1, h, c))[0].reshape(b, w, h, -1).permute(0, 2, 1, 3)
        right = self.rnn_h(x.reshape(-1, w, c))[0].reshape(b, h, w, -1)
        out = torch.cat([down, right], -1) if self.union == "cat" else down + right
        return out if self.fc is None else self.fc(out)
class Downsample2d:
    fits = "down"
    def forward(self, x):
        return self.down(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
`,
};
