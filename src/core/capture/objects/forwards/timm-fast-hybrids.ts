/** Forwards of timm's fast networks between convolutions and attention, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_FAST_HYBRIDS: ForwardTexts = {
  'timm.models.efficientformer': `
class EfficientFormer:
    fits = "stem stages norm head_drop head head_dist"
    def forward(self, x):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        x = self.norm(self.stages(self.stem(x)))
        if self.global_pool == "avg":
            x = x.mean(1)
        x = self.head_drop(x)
        return (self.head(x) + self.head_dist(x)) / 2
class Stem4(torch.nn.modules.container.Sequential):
    pass
class EfficientFormerStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class MetaBlock2d:
    fits = "token_mixer ls1 drop_path1 mlp ls2 drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.ls1(self.token_mixer(x)))
        return x + self.drop_path2(self.ls2(self.mlp(x)))
class MetaBlock1d:
    fits = "norm1 token_mixer ls1 drop_path1 norm2 mlp ls2 drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.ls1(self.token_mixer(self.norm1(x))))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
class Pooling:
    fits = "pool"
    def forward(self, x):
        return self.pool(x) - x
class ConvMlpWithNorm:
    fits = "fc1 norm1 act fc2 norm2 drop"
    def forward(self, x):
        return self.drop(self.norm2(self.fc2(self.drop(self.act(self.norm1(self.fc1(x)))))))
class Downsample:
    fits = "conv norm"
    def forward(self, x):
        return self.norm(self.conv(x))
class Flat:
    fits = ""
    def forward(self, x):
        return x.flatten(2).transpose(1, 2)
class Attention:
    fits = "qkv proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        b, n, c = x.shape
        q, k, v = torch.split(self.qkv(x).reshape(b, n, self.num_heads, -1).permute(0, 2, 1, 3), [self.key_dim, self.key_dim, self.val_dim], 3)
        scores = torch.matmul(q, k.transpose(-2, -1)) * self.scale + self.attention_biases[:, self.attention_bias_idxs]
        return self.proj(torch.matmul(torch.softmax(scores, -1), v).transpose(1, 2).reshape(b, n, self.val_attn_dim))
`,
  'timm.models.efficientformer_v2': `
class EfficientFormerV2:
    fits = "stem stages norm head_drop head head_dist"
    def forward(self, x):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        x = self.norm(self.stages(self.stem(x)))
        if self.global_pool == "avg":
            x = x.mean([2, 3])
        x = self.head_drop(x)
        return (self.head(x) + self.head_dist(x)) / 2
class Stem4(torch.nn.modules.container.Sequential):
    pass
class EfficientFormerV2Stage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class EfficientFormerV2Block:
    fits = "mlp ls2 drop_path2 token_mixer? ls1? drop_path1?"
    def forward(self, x):
        if self.token_mixer is not None:
            x = x + self.drop_path1(self.ls1(self.token_mixer(x)))
        return x + self.drop_path2(self.ls2(self.mlp(x)))
class ConvMlpWithNorm:
    fits = "fc1 mid drop1 fc2 drop2"
    def forward(self, x):
        return self.drop2(self.fc2(self.drop1(self.mid(self.fc1(x)))))
class ConvNorm:
    fits = "conv bn"
    def forward(self, x):
        return self.bn(self.conv(x))
class Downsample:
    fits = "conv attn?"
    def forward(self, x):
        return self.conv(x) if self.attn is None else self.attn(x) + self.conv(x)
class LocalGlobalQuery:
    fits = "pool local proj"
    def forward(self, x):
        return self.proj(self.local(x) + self.pool(x))
class Attention2d:
    fits = "stride_conv? upsample? q k v v_local talking_head1 talking_head2 act proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        if self.stride_conv is not None:
            x = self.stride_conv(x)
        b = x.shape[0]
        q = self.q(x).reshape(b, self.num_heads, -1, self.N).permute(0, 1, 3, 2)
        k = self.k(x).reshape(b, self.num_heads, -1, self.N)
        image = self.v(x)
        v = image.reshape(b, self.num_heads, -1, self.N).permute(0, 1, 3, 2)
        scores = torch.matmul(q, k) * self.scale + self.attention_biases[:, self.attention_bias_idxs]
        weights = self.talking_head2(torch.softmax(self.talking_head1(scores), -1))
        out = torch.matmul(weights, v).transpose(2, 3).reshape(b, self.dh, self.resolution[0], self.resolution[1])
        out = out + self.v_local(image)
        return self.proj(self.act(out if self.upsample is None else self.upsample(out)))
class Attention2dDownsample:
    fits = "q k v v_local act proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        b = x.shape[0]
        q = self.q(x).reshape(b, self.num_heads, -1, self.N2).permute(0, 1, 3, 2)
        k = self.k(x).reshape(b, self.num_heads, -1, self.N)
        image = self.v(x)
        v = image.reshape(b, self.num_heads, -1, self.N).permute(0, 1, 3, 2)
        scores = torch.matmul(q, k) * self.scale + self.attention_biases[:, self.attention_bias_idxs]
        out = torch.matmul(torch.softmax(scores, -1), v).transpose(2, 3)
        out = out.reshape(b, self.dh, self.resolution2[0], self.resolution2[1]) + self.v_local(image)
        return self.proj(self.act(out))
`,
  'timm.models.levit': `
class LevitDistilled:
    fits = "stem stages head head_dist"
    def forward(self, x):
        assert not self.training and not self.use_conv, "it is in training mode, or made of convolutions"
        x = self.stages(self.stem(x).flatten(2).transpose(1, 2))
        if self.global_pool == "avg":
            x = x.mean(1)
        return (self.head(x) + self.head_dist(x)) / 2
class Stem16(torch.nn.modules.container.Sequential):
    pass
class ConvNorm:
    fits = "linear bn"
    def forward(self, x):
        return self.bn(self.linear(x))
class LinearNorm:
    fits = "linear bn"
    def forward(self, x):
        out = self.linear(x)
        return self.bn(out.flatten(0, 1)).reshape(out.shape)
class NormLinear:
    fits = "bn drop linear"
    def forward(self, x):
        return self.linear(self.drop(self.bn(x)))
class LevitStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class LevitBlock:
    fits = "attn drop_path1 mlp drop_path2"
    def forward(self, x):
        x = x + self.drop_path1(self.attn(x))
        return x + self.drop_path2(self.mlp(x))
class LevitMlp:
    fits = "ln1 act drop ln2"
    def forward(self, x):
        return self.ln2(self.drop(self.act(self.ln1(x))))
class LevitDownsample:
    fits = "attn_downsample mlp drop_path"
    def forward(self, x):
        x = self.attn_downsample(x)
        return x + self.drop_path(self.mlp(x))
class Downsample:
    fits = ""
    def forward(self, x):
        assert self.pool is None, "it pools"
        image = x.reshape(x.shape[0], self.resolution[0], self.resolution[1], x.shape[2])
        return image[:, ::self.stride, ::self.stride].reshape(x.shape[0], -1, x.shape[2])
def attended(self, q, k, v):
    scores = torch.matmul(q.transpose(1, 2), k.permute(0, 2, 3, 1)) * self.scale
    weights = torch.softmax(scores + self.attention_biases[:, self.attention_bias_idxs], -1)
    mixed = torch.matmul(weights, v.transpose(1, 2)).transpose(1, 2)
    return self.proj(mixed.reshape(q.shape[0], -1, self.val_attn_dim))
class Attention:
    fits = "qkv proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        assert not self.use_conv, "it is made of convolutions"
        qkv = self.qkv(x).reshape(x.shape[0], x.shape[1], self.num_heads, -1)
        q, k, v = torch.split(qkv, [self.key_dim, self.key_dim, self.val_dim], 3)
        return attended(self, q, k, v)
class AttentionDownsample:
    fits = "kv q proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        assert not self.use_conv, "it is made of convolutions"
        k, v = torch.split(self.kv(x).reshape(x.shape[0], x.shape[1], self.num_heads, -1), [self.key_dim, self.val_dim], 3)
        return attended(self, self.q(x).reshape(x.shape[0], -1, self.num_heads, self.key_dim), k, v)
`,
  'timm.models.swiftformer': `
class SwiftFormer:
    fits = "stem stages norm head_drop head head_dist"
    def forward(self, x):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        x = self.norm(self.stages(self.stem(x)))
        if self.global_pool == "avg":
            x = x.mean([2, 3])
        x = self.head_drop(x)
        return (self.head(x) + self.head_dist(x)) / 2
class Stage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class Embedding:
    fits = "proj norm"
    def forward(self, x):
        return self.norm(self.proj(x))
class ConvEncoder:
    fits = "dwconv norm pwconv1 act pwconv2 drop_path layer_scale"
    def forward(self, x):
        out = self.pwconv2(self.act(self.pwconv1(self.norm(self.dwconv(x)))))
        return x + self.drop_path(self.layer_scale(out))
class LocalRepresentation:
    fits = "dwconv norm pwconv1 act pwconv2 drop_path layer_scale"
    def forward(self, x):
        out = self.pwconv2(self.act(self.pwconv1(self.norm(self.dwconv(x)))))
        return x + self.drop_path(self.layer_scale(out))
class LayerScale2d:
    fits = "gamma[3]"
    def forward(self, x):
        return x * self.gamma
class Block:
    fits = "local_representation attn linear drop_path layer_scale_1 layer_scale_2"
    def forward(self, x):
        x = self.local_representation(x)
        x = x + self.drop_path(self.layer_scale_1(self.attn(x)))
        return x + self.drop_path(self.layer_scale_2(self.linear(x)))
class EfficientAdditiveAttention:
    fits = "to_query to_key proj final w_g[2]"
    def forward(self, x):
        b, c, h, w = x.shape
        rows = x.flatten(2).permute(0, 2, 1)
        query = torch.nn.functional.normalize(self.to_query(rows), dim=-1)
        key = torch.nn.functional.normalize(self.to_key(rows), dim=-1)
        weights = torch.nn.functional.normalize(torch.matmul(query, self.w_g) * self.scale_factor, dim=1)
        whole = (weights * query).sum(1, True)
        return self.final(self.proj(whole * key) + query).permute(0, 2, 1).reshape(b, -1, h, w)
class Mlp:
    fits = "norm1 fc1 act fc2 drop"
    def forward(self, x):
        return self.drop(self.fc2(self.drop(self.act(self.fc1(self.norm1(x))))))
`,
};
