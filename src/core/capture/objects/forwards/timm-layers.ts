/** Forwards of timm's layers, after its documentation and the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_LAYERS: ForwardTexts = {
  'timm.layers.space_to_depth': `
class SpaceToDepth:
    fits = ""
    def forward(self, x):
        n, c, h, w = x.shape
        blocks = x.view(n, c, h // self.bs, self.bs, w // self.bs, self.bs).permute(0, 3, 5, 1, 2, 4)
        return blocks.reshape(n, c * self.bs * self.bs, h // self.bs, w // self.bs)
`,
  'timm.layers.blur_pool': `
class BlurPool2d:
    fits = "filt[4]"
    def forward(self, x):
        channels = x.shape[1] if self.channels is None else self.channels
        weight = self.filt.expand(channels, 1, self.filt_size, self.filt_size) if self.channels is None else self.filt
        return torch.conv2d(torch.nn.functional.pad(x, self.padding, self.pad_mode), weight, None, self.stride, 0, 1, channels)
`,
  'timm.layers.adaptive_avgmax_pool': `
class SelectAdaptivePool2d:
    fits = "pool flatten"
    def forward(self, x):
        return self.flatten(self.pool(x))
class FastAdaptiveAvgPool:
    fits = ""
    def forward(self, x):
        return x.mean(self.dim, not self.flatten)
`,
  'timm.layers.drop': `
class DropPath:
    fits = ""
    def forward(self, x):
        assert not self.training or self.drop_prob == 0.0, "it is in training mode: call model.eval() before saving"
        return x
`,
  'timm.layers.linear': `
class Linear(torch.nn.modules.linear.Linear):
    pass
`,
  'timm.layers.norm': `
class LayerNorm(torch.nn.modules.normalization.LayerNorm):
    pass
class LayerNorm2d:
    fits = "weight[1] bias[1]"
    def forward(self, x):
        return torch.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps).permute(0, 3, 1, 2)
class RmsNorm(torch.nn.modules.normalization.RMSNorm):
    pass
class GroupNorm1(torch.nn.modules.normalization.GroupNorm):
    pass
class GroupNorm(torch.nn.modules.normalization.GroupNorm):
    pass
`,
  'timm.layers.norm_act': `
class BatchNormAct2d:
    fits = "drop act weight[1] bias[1] running_mean[1] running_var[1] num_batches_tracked[0]"
    def forward(self, x):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        normed = torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, False, 0.1, self.eps, False)
        return self.act(self.drop(normed))
class GroupNormAct:
    fits = "drop act weight[1] bias[1]"
    def forward(self, x):
        return self.act(self.drop(torch.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)))
class LayerNormAct2d:
    fits = "drop act weight[1] bias[1]"
    def forward(self, x):
        normed = torch.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps)
        return self.act(self.drop(normed.permute(0, 3, 1, 2)))
`,
  'timm.layers.conv_bn_act': `
class ConvNormAct:
    fits = "conv bn aa?"
    aa = None
    def forward(self, x):
        x = self.bn(self.conv(x))
        return x if self.aa is None else self.aa(x)
`,
  'timm.layers.separable_conv': `
class SeparableConvNormAct:
    fits = "conv_dw conv_pw bn"
    def forward(self, x):
        return self.bn(self.conv_pw(self.conv_dw(x)))
`,
  'timm.layers.activations': `
class Sigmoid:
    fits = ""
    inplace = False
    def forward(self, x):
        return torch.sigmoid_(x) if self.inplace else torch.sigmoid(x)
class GELU:
    fits = ""
    def forward(self, input):
        return torch.gelu(input)
class GELUTanh:
    fits = ""
    def forward(self, input):
        return torch.gelu(input, approximate="tanh")
`,
  'timm.layers.mlp': `
class Mlp:
    fits = "fc1 act drop1 norm fc2 drop2"
    def forward(self, x):
        return self.drop2(self.fc2(self.norm(self.drop1(self.act(self.fc1(x))))))
class GatedMlp:
    fits = "fc1 act drop1 gate norm fc2 drop2"
    def forward(self, x):
        return self.drop2(self.fc2(self.norm(self.gate(self.drop1(self.act(self.fc1(x)))))))
class GlobalResponseNormMlp:
    fits = "fc1 act drop1 grn:GlobalResponseNorm fc2 drop2"
    def forward(self, x):
        return self.drop2(self.fc2(self.grn(self.drop1(self.act(self.fc1(x))))))
class SwiGLU:
    fits = "fc1_g fc1_x act drop1 norm fc2 drop2"
    def forward(self, x):
        return self.drop2(self.fc2(self.norm(self.drop1(self.act(self.fc1_g(x)) * self.fc1_x(x)))))
class ConvMlp:
    fits = "fc1 norm act drop fc2"
    def forward(self, x):
        return self.fc2(self.drop(self.act(self.norm(self.fc1(x)))))
`,
  'timm.layers.layer_scale': `
class LayerScale:
    fits = "gamma[1]"
    def forward(self, x):
        return torch.mul_(x, self.gamma) if self.inplace else x * self.gamma
class LayerScale2d:
    fits = "gamma[1]"
    def forward(self, x):
        gamma = self.gamma.view(1, -1, 1, 1)
        return torch.mul_(x, gamma) if self.inplace else x * gamma
`,
  'timm.layers.squeeze_excite': `
class SEModule:
    fits = "fc1 bn act fc2 gate"
    def forward(self, x):
        pooled = x.mean([2, 3], True)
        if self.add_maxpool:
            pooled = 0.5 * pooled + 0.5 * x.amax([2, 3], True)
        return x * self.gate(self.fc2(self.act(self.bn(self.fc1(pooled)))))
class EffectiveSEModule:
    fits = "fc gate"
    def forward(self, x):
        pooled = x.mean([2, 3], True)
        if self.add_maxpool:
            pooled = 0.5 * pooled + 0.5 * x.amax([2, 3], True)
        return x * self.gate(self.fc(pooled))
`,
  'timm.layers.patch_embed': `
class PatchEmbed:
    fits = "proj norm"
    def forward(self, x):
        if self.dynamic_img_pad:
            x = torch.nn.functional.pad(x, [0, -x.shape[3] % self.patch_size[1], 0, -x.shape[2] % self.patch_size[0]])
        x = self.proj(x)
        if self.flatten:
            return self.norm(x.flatten(2).transpose(1, 2))
        kind = layout(self.output_fmt)
        if kind == "NHWC":
            x = x.permute(0, 2, 3, 1)
        elif kind == "NLC":
            x = x.flatten(2).transpose(1, 2)
        elif kind == "NCL":
            x = x.flatten(2)
        return self.norm(x)
def layout(kind):
    return kind if isinstance(kind, str) else kind.value
`,
  'timm.layers.classifier': `
class ClassifierHead:
    fits = "global_pool drop fc flatten"
    def forward(self, x):
        return self.flatten(self.fc(self.drop(self.global_pool(x))))
class NormMlpClassifierHead:
    fits = "global_pool norm flatten pre_logits drop fc"
    def forward(self, x):
        return self.fc(self.drop(self.pre_logits(self.flatten(self.norm(self.global_pool(x))))))
class ClNormMlpClassifierHead:
    fits = "norm pre_logits drop fc"
    def forward(self, x):
        if self.pool_type == "avg":
            x = x.mean(self.pool_dim)
        elif self.pool_type == "max":
            x = x.amax(self.pool_dim)
        elif self.pool_type == "avgmax":
            x = 0.5 * (x.amax(self.pool_dim) + x.mean(self.pool_dim))
        return self.fc(self.drop(self.pre_logits(self.norm(x))))
`,
  'timm.layers.attention': `
class Attention:
    fits = "qkv q_norm k_norm attn_drop norm proj proj_drop"
    gate = None
    def forward(self, x, attn_mask=None, is_causal=False):
        assert not is_causal, "its attention is causal"
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        scores = torch.matmul(self.q_norm(q) * self.scale, self.k_norm(k).transpose(-2, -1))
        if attn_mask is not None:
            scores = scores + attn_mask
        mixed = torch.matmul(self.attn_drop(torch.softmax(scores, -1)), v).transpose(1, 2).reshape(b, n, self.attn_dim)
        out = self.norm(mixed)
        if self.gate is not None:
            out = out * torch.sigmoid(self.gate(x))
        return self.proj_drop(self.proj(out))
`,
  'graphwright.windows': `
def split(x, rows, columns):
    b, h, w, c = x.shape
    tiles = x.reshape(b, h // rows, rows, w // columns, columns, c).permute(0, 1, 3, 2, 4, 5)
    return tiles.reshape(-1, rows * columns, c)
def joined(tiles, rows, columns, high, wide):
    c = tiles.shape[-1]
    image = tiles.reshape(-1, high // rows, wide // columns, rows, columns, c).permute(0, 1, 3, 2, 4, 5)
    return image.reshape(-1, high, wide, c)
`,
};
