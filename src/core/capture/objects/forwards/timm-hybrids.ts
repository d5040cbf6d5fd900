/** Forwards of timm's networks between convolutions and attention, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_HYBRIDS: ForwardTexts = {
  'timm.models.visformer': `
class Visformer:
    fits = "stem? patch_embed1 pos_drop stage1 patch_embed2? stage2 patch_embed3? stage3 norm global_pool head_drop head pos_embed1[4] pos_embed2[4] pos_embed3[4]"
    def forward(self, x):
        if self.stem is not None:
            x = self.stem(x)
        x = self.stage1(placed(self, self.patch_embed1(x), self.pos_embed1))
        if self.patch_embed2 is not None:
            x = placed(self, self.patch_embed2(x), self.pos_embed2)
        x = self.stage2(x)
        if self.patch_embed3 is not None:
            x = placed(self, self.patch_embed3(x), self.pos_embed3)
        return self.head(self.head_drop(self.global_pool(self.norm(self.stage3(x)))))
def placed(self, x, embedding):
    return x if embedding is None else self.pos_drop(x + embedding)
class Block:
    fits = "drop_path norm2 mlp norm1? attn?"
    def forward(self, x):
        if self.attn is not None:
            x = x + self.drop_path(self.attn(self.norm1(x)))
        return x + self.drop_path(self.mlp(self.norm2(x)))
class SpatialMlp:
    fits = "conv1 act1 drop1 conv2? act2? conv3 drop3"
    def forward(self, x):
        x = self.drop1(self.act1(self.conv1(x)))
        if self.conv2 is not None:
            x = self.act2(self.conv2(x))
        return self.drop3(self.conv3(x))
class Attention:
    fits = "qkv attn_drop proj proj_drop"
    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = self.qkv(x).reshape(b, 3, self.num_heads, self.head_dim, -1).permute(1, 0, 2, 4, 3).unbind(0)
        weights = self.attn_drop(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * self.scale, -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).permute(0, 1, 3, 2).reshape(b, -1, h, w)))
`,
  'timm.models.cpubone': `
class CPUBone:
    fits = "stem stages head"
    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
class ConvLayer:
    fits = "conv norm? act?"
    def forward(self, x):
        return timm.models.cpubone.normed(self, self.conv(x))
def normed(self, x):
    if self.norm is not None:
        x = self.norm(x)
    return x if self.act is None else self.act(x)
class LinearLayer:
    fits = "linear norm? act?"
    dropout = None
    def forward(self, x):
        return timm.models.cpubone.normed(self, self.linear(x if self.dropout is None else self.dropout(x)))
class ResidualBlock:
    fits = "main drop_path shortcut?"
    def forward(self, x):
        return self.main(x) if self.shortcut is None else self.drop_path(self.main(x)) + self.shortcut(x)
class FusedMBConv:
    fits = "spatial_conv point_conv"
    def forward(self, x):
        return self.point_conv(self.spatial_conv(x))
class CPUBoneBlock:
    fits = "total"
    def forward(self, x):
        return self.total(x)
class ConvAttention:
    fits = "conv_proj pwise o_proj upsampling"
    def forward(self, x):
        high, wide = x.shape[2], x.shape[3]
        if self.small_kernels and self.att_stride > 1:
            x = torch.nn.functional.pad(x, [0, -wide % self.att_stride, 0, -high % self.att_stride])
        inner = self.pwise(self.conv_proj(x))
        n, c, h, w = inner.shape
        q, k, v = inner.reshape(n, self.num_heads, self.num_keys * self.head_dim, h * w).permute(0, 1, 3, 2).chunk(3, 3)
        weights = torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1)
        mixed = torch.matmul(weights, v).permute(0, 1, 3, 2).reshape(n, self.o_proj_inpdim, h, w)
        return self.upsampling(self.o_proj(mixed))[:, :, :high, :wide]
class ClsHead:
    fits = "in_conv global_pool flatten pre_classifier classifier"
    def forward(self, x):
        assert self.pool_type, "its head does not pool"
        return self.classifier(self.pre_classifier(self.flatten(self.global_pool(self.in_conv(x)))))
`,
  'timm.models.efficientvit_mit': `
class EfficientVit:
    fits = "stem stages head"
    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
class Stem(torch.nn.modules.container.Sequential):
    pass
class ConvNormAct:
    fits = "dropout conv norm act"
    def forward(self, x):
        return self.act(self.norm(self.conv(self.dropout(x))))
class ResidualBlock:
    fits = "pre_norm main shortcut?"
    def forward(self, x):
        out = self.main(self.pre_norm(x))
        return out if self.shortcut is None else out + self.shortcut(x)
class DSConv:
    fits = "depth_conv point_conv"
    def forward(self, x):
        return self.point_conv(self.depth_conv(x))
class MBConv:
    fits = "inverted_conv depth_conv point_conv"
    def forward(self, x):
        return self.point_conv(self.depth_conv(self.inverted_conv(x)))
class EfficientVitStage:
    fits = "blocks"
    def forward(self, x):
        return self.blocks(x)
class EfficientVitBlock:
    fits = "context_module local_module"
    def forward(self, x):
        return self.local_module(self.context_module(x))
class LiteMLA:
    fits = "qkv aggreg kernel_func proj"
    def forward(self, x):
        b, c, h, w = x.shape
        scales = [self.qkv(x)]
        for layer in self.aggreg:
            scales.append(layer(scales[0]))
        q, k, v = torch.cat(scales, 1).reshape(b, -1, 3 * self.dim, h * w).transpose(-1, -2).chunk(3, -1)
        v = torch.nn.functional.pad(v, [0, 1], value=1.0)
        out = torch.matmul(self.kernel_func(q), torch.matmul(self.kernel_func(k).transpose(-1, -2), v))
        out = out[..., :-1] / (out[..., -1:] + self.eps)
        return self.proj(out.transpose(-1, -2).reshape(b, -1, h, w))
class ClassifierHead:
    fits = "in_conv global_pool classifier"
    def forward(self, x):
        return self.classifier(self.global_pool(self.in_conv(x)))
`,
  'timm.models.fastvit': `
class FastVit:
    fits = "stem stages final_conv head"
    def forward(self, x):
        assert not self.fork_feat, "it gives the features of its layers"
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.head(self.final_conv(x))
class MobileOneBlock:
    fits = "se conv_kxk? conv_scale? act identity?"
    reparam_conv = None
    def forward(self, x):
        if self.reparam_conv is not None:
            return self.act(self.se(self.reparam_conv(x)))
        parts = []
        if self.conv_scale is not None:
            parts.append(self.conv_scale(x))
        if self.identity is not None:
            parts.append(self.identity(x))
        if self.conv_kxk is not None:
            for conv in self.conv_kxk:
                parts.append(conv(x))
        out = parts[0]
        for part in parts[1:]:
            out = out + part
        return self.act(self.se(out))
class FastVitStage:
    fits = "downsample pos_emb blocks"
    def forward(self, x):
        return self.blocks(self.pos_emb(self.downsample(x)))
class RepMixerBlock:
    fits = "token_mixer mlp layer_scale drop_path"
    def forward(self, x):
        x = self.token_mixer(x)
        return x + self.drop_path(self.layer_scale(self.mlp(x)))
class RepMixer:
    fits = "norm mixer layer_scale"
    reparam_conv = None
    def forward(self, x):
        if self.reparam_conv is not None:
            return self.reparam_conv(x)
        return x + self.layer_scale(self.mixer(x) - self.norm(x))
class LayerScale2d:
    fits = "gamma[3]"
    def forward(self, x):
        return x * self.gamma
class ConvMlp:
    fits = "conv fc1 act fc2 drop"
    def forward(self, x):
        return self.drop(self.fc2(self.drop(self.act(self.fc1(self.conv(x))))))
class PatchEmbed:
    fits = "proj"
    def forward(self, x):
        return self.proj(x)
class ReparamLargeKernelConv:
    fits = "large_conv small_conv? se act"
    reparam_conv = None
    def forward(self, x):
        if self.reparam_conv is not None:
            out = self.reparam_conv(x)
        else:
            out = self.large_conv(x)
            if self.small_conv is not None:
                out = out + self.small_conv(x)
        return self.act(self.se(out))
`,
  'timm.models.nextvit': `
class NextViT:
    fits = "stem stages norm head"
    def forward(self, x):
        return self.head(self.norm(self.stages(self.stem(x))))
class ConvNormAct:
    fits = "conv norm act"
    def forward(self, x):
        return self.act(self.norm(self.conv(x)))
class NextStage:
    fits = "blocks"
    def forward(self, x):
        return self.blocks(x)
class PatchEmbed:
    fits = "pool conv norm"
    def forward(self, x):
        return self.norm(self.conv(self.pool(x)))
class NextConvBlock:
    fits = "patch_embed mhca attn_drop_path norm mlp mlp_drop_path"
    def forward(self, x):
        x = self.patch_embed(x)
        x = x + self.attn_drop_path(self.mhca(x))
        return x + self.mlp_drop_path(self.mlp(self.norm(x)))
class ConvAttention:
    fits = "group_conv3x3 norm act projection"
    def forward(self, x):
        return self.projection(self.act(self.norm(self.group_conv3x3(x))))
class NextTransformerBlock:
    fits = "patch_embed norm1 e_mhsa mhsa_drop_path projection mhca mhca_drop_path norm2 mlp mlp_drop_path"
    def forward(self, x):
        x = self.patch_embed(x)
        rows = self.mhsa_drop_path(self.e_mhsa(self.norm1(x).flatten(2).transpose(-1, -2)))
        x = x + rows.transpose(-1, -2).reshape(x.shape)
        out = self.projection(x)
        x = torch.cat([x, out + self.mhca_drop_path(self.mhca(out))], 1)
        return x + self.mlp_drop_path(self.mlp(self.norm2(x)))
class EfficientAttention:
    fits = "q k v proj attn_drop proj_drop sr? norm?"
    def forward(self, x):
        b, n, c = x.shape
        q = self.q(x).reshape(b, n, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        if self.sr is not None:
            x = self.norm(self.sr(x.transpose(1, 2))).transpose(1, 2)
        k = self.k(x).reshape(b, -1, self.num_heads, self.head_dim).transpose(1, 2)
        v = self.v(x).reshape(b, -1, self.num_heads, self.head_dim).transpose(1, 2)
        weights = self.attn_drop(torch.softmax(torch.matmul(q * self.scale, k.transpose(-1, -2)), -1))
        return self.proj_drop(self.proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, n, c)))
`,
  'timm.models.lowformer': `
class LowFormer:
    fits = "stem stages global_pool flatten in_conv pre_classifier classifier"
    def forward(self, x):
        x = self.pre_classifier(self.flatten(self.global_pool(self.in_conv(self.stages(self.stem(x))))))
        return self.classifier(torch.nn.functional.dropout(x, self.drop_rate, self.training))
class ConvLayer:
    fits = "conv norm act"
    def forward(self, x):
        return self.act(self.norm(self.conv(x)))
class ResidualBlock:
    fits = "main drop_path shortcut?"
    def forward(self, x):
        return self.main(x) if self.shortcut is None else self.drop_path(self.main(x)) + self.shortcut(x)
class FusedMBConv:
    fits = "spatial_conv point_conv"
    def forward(self, x):
        return self.point_conv(self.spatial_conv(x))
class MBConv:
    fits = "inverted_conv depth_conv point_conv"
    def forward(self, x):
        return self.point_conv(self.depth_conv(self.inverted_conv(x)))
class LowFormerBlock:
    fits = "attn mlp local"
    def forward(self, x):
        return self.local(self.mlp(self.attn(x)))
class ConvAttention:
    fits = "conv_proj pwise o_proj upsampling"
    def forward(self, x):
        inner = self.pwise(self.conv_proj(x))
        n, c, h, w = inner.shape
        q, k, v = inner.reshape(n, self.num_heads, self.num_keys * self.head_dim, h * w).permute(0, 1, 3, 2).chunk(3, 3)
        weights = torch.softmax(torch.matmul(q * self.scale, k.transpose(-2, -1)), -1)
        mixed = torch.matmul(weights, v).permute(0, 1, 3, 2).reshape(n, self.o_proj_inpdim, h, w)
        return self.upsampling(self.o_proj(mixed))[:, :, :x.shape[2], :x.shape[3]]
`,
};
