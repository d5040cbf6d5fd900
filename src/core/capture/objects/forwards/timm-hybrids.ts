/** Forwards of timm's models between convolutions and attention, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_HYBRIDS: ForwardTexts = {
  'timm.models.cspnet': `
class CspNet:
    fits = "stem stages head"
    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
class CrossStage3:
    fits = "conv_down conv_exp blocks conv_transition"
    def forward(self, x):
        changed, kept = torch.split(self.conv_exp(self.conv_down(x)), self.expand_chs // 2, 1)
        return self.conv_transition(torch.cat([self.blocks(changed), kept], 1))
class DarkBlock:
    fits = "conv1 attn conv2 drop_path"
    def forward(self, x):
        return self.drop_path(self.conv2(self.attn(self.conv1(x)))) + x
`,
  'timm.models.fasternet': `
class FasterNet:
    fits = "patch_embed stages global_pool conv_head act flatten classifier"
    def forward(self, x):
        x = self.act(self.conv_head(self.global_pool(self.stages(self.patch_embed(x)))))
        return self.classifier(torch.nn.functional.dropout(self.flatten(x), self.drop_rate, self.training))
class PatchEmbed:
    fits = "proj norm"
    def forward(self, x):
        return self.norm(self.proj(x))
class PatchMerging:
    fits = "reduction norm"
    def forward(self, x):
        return self.norm(self.reduction(x))
class Block:
    fits = "blocks downsample"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class MLPBlock:
    fits = "mlp spatial_mixing drop_path"
    def forward(self, x):
        out = self.mlp(self.spatial_mixing(x))
        if self.layer_scale is not None:
            out = self.layer_scale.unsqueeze(-1).unsqueeze(-1) * out
        return x + self.drop_path(out)
class Partial_conv3:
    fits = "partial_conv3"
    own_forward = True
    def forward(self, x):
        changed, kept = x[:, :self.dim_conv3], x[:, self.dim_conv3:]
        return torch.cat([self.partial_conv3(changed), kept], 1)
`,
  'timm.models.repghost': `
class RepGhostNet:
    fits = "conv_stem bn1 act1 blocks global_pool conv_head act2 flatten classifier"
    def forward(self, x):
        x = self.global_pool(self.blocks(self.act1(self.bn1(self.conv_stem(x)))))
        x = self.flatten(self.act2(self.conv_head(x)))
        return self.classifier(torch.nn.functional.dropout(x, self.drop_rate, self.training))
class RepGhostBottleneck:
    fits = "ghost1 ghost2 shortcut conv_dw? bn_dw? se?"
    def forward(self, x):
        out = self.ghost1(x)
        if self.conv_dw is not None:
            out = self.bn_dw(self.conv_dw(out))
        if self.se is not None:
            out = self.se(out)
        return self.ghost2(out) + self.shortcut(x)
class RepGhostModule:
    fits = "primary_conv fusion_conv fusion_bn cheap_operation relu"
    def forward(self, x):
        whole = self.primary_conv(x)
        out = self.cheap_operation(whole)
        for k, conv in enumerate(self.fusion_conv):
            out = out + self.fusion_bn[k](conv(whole))
        return self.relu(out)
`,
  'timm.models.starnet': `
class StarNet:
    fits = "stem stages norm global_pool flatten head"
    def forward(self, x):
        x = self.flatten(self.global_pool(self.norm(self.stages(self.stem(x)))))
        return self.head(torch.nn.functional.dropout(x, self.drop_rate, self.training))
class ConvBN(torch.nn.modules.container.Sequential):
    pass
class Block:
    fits = "dwconv f1 f2 g dwconv2 act drop_path"
    def forward(self, x):
        inner = self.dwconv(x)
        inner = self.act(self.f1(inner)) * self.f2(inner)
        return x + self.drop_path(self.dwconv2(self.g(inner)))
`,
  'timm.models.tresnet': `
class TResNet:
    fits = "body head"
    def forward(self, x):
        return self.head(self.body(x))
class BasicBlock:
    fits = "conv1 conv2 act se drop_path downsample?"
    def forward(self, x):
        out = self.conv2(self.conv1(x))
        if self.se is not None:
            out = self.se(out)
        return self.act(self.drop_path(out) + (x if self.downsample is None else self.downsample(x)))
class Bottleneck:
    fits = "downsample? conv1 conv2 se? conv3 drop_path act"
    def forward(self, x):
        out = self.conv2(self.conv1(x))
        if self.se is not None:
            out = self.se(out)
        out = self.drop_path(self.conv3(out))
        return self.act(out + (x if self.downsample is None else self.downsample(x)))
`,
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
  'timm.models.rdnet': `
class RDNet:
    fits = "stem dense_stages norm_pre head"
    def forward(self, x):
        return self.head(self.norm_pre(self.dense_stages(self.stem(x))))
class DenseStage:
    fits = "dense_block*:DenseBlock"
    def forward(self, x):
        features = [x]
        for layer in self.children():
            features.append(layer(features))
        return torch.cat(features, 1)
class DenseBlock:
    fits = "drop_path layers gamma[1]"
    def forward(self, features):
        out = self.layers(torch.cat(features, 1))
        if self.gamma is not None:
            out = out * self.gamma.reshape(1, -1, 1, 1)
        return self.drop_path(out)
class Block:
    fits = "layers"
    def forward(self, x):
        return self.layers(x)
class BlockESE:
    fits = "layers"
    def forward(self, x):
        return self.layers(x)
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
    fits = "conv_dw norm mlp drop_path gamma[1]"
    def forward(self, x):
        inner = self.conv_dw(x)
        shortcut = inner if self.shortcut_after_dw else x
        out = self.mlp(self.norm(inner.permute(0, 2, 3, 1)))
        if self.gamma is not None:
            out = self.gamma * out
        return shortcut + self.drop_path(out.permute(0, 3, 1, 2))
class SplitTransposeBlock:
    fits = "convs pos_embd? norm_xca xca norm mlp drop_path gamma_xca[1] gamma[1]"
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
  'timm.models.hrnet': `
class HighResolutionNet:
    fits = "conv1 bn1 act1 conv2 bn2 act2 layer1 transition1 stage2 transition2 stage3 transition3 stage4 incre_modules downsamp_modules final_layer global_pool head_drop classifier"
    def forward(self, x):
        x = self.act2(self.bn2(self.conv2(self.act1(self.bn1(self.conv1(x))))))
        branches = self.stages(x)
        out = self.incre_modules[0](branches[0])
        for k in range(len(self.downsamp_modules)):
            out = self.incre_modules[k + 1](branches[k + 1]) + self.downsamp_modules[k](out)
        return self.classifier(self.head_drop(self.global_pool(self.final_layer(out))))
    def stages(self, x):
        x = self.layer1(x)
        branches = started(self.transition1, [x])
        branches = self.stage2(branches)
        branches = self.stage3(started(self.transition2, branches))
        return self.stage4(started(self.transition3, branches))
def started(transition, branches):
    made = []
    for k, layer in enumerate(transition):
        made.append(branches[k] if isinstance(layer, Identity) else layer(branches[-1]))
    return made
class SequentialList(torch.nn.modules.container.Sequential):
    pass
class HighResolutionModule:
    fits = "branches fuse_layers fuse_act"
    def forward(self, x):
        if self.num_branches == 1:
            return [self.branches[0](x[0])]
        inner = []
        for k, branch in enumerate(self.branches):
            inner.append(branch(x[k]))
        fused = []
        for layers in self.fuse_layers:
            whole = layers[0](inner[0])
            for k in range(1, len(inner)):
                whole = whole + layers[k](inner[k])
            fused.append(self.fuse_act(whole))
        return fused
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
  'timm.models.repvit': `
class RepVit:
    fits = "stem stages head_drop head"
    def forward(self, x):
        x = self.stages(self.stem(x))
        if self.global_pool == "avg":
            x = x.mean([2, 3])
        return self.head(self.head_drop(x))
class RepVitStem:
    fits = "conv1 act1 conv2"
    def forward(self, x):
        return self.conv2(self.act1(self.conv1(x)))
class ConvNorm(torch.nn.modules.container.Sequential):
    pass
class NormLinear(torch.nn.modules.container.Sequential):
    pass
class RepVitStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class RepViTBlock:
    fits = "token_mixer se channel_mixer"
    def forward(self, x):
        x = self.se(self.token_mixer(x))
        return x + self.channel_mixer(x)
class RepVggDw:
    fits = "conv conv1 bn"
    def forward(self, x):
        return self.bn(self.conv(x) + self.conv1(x) + x)
class RepVitMlp:
    fits = "conv1 act conv2"
    def forward(self, x):
        return self.conv2(self.act(self.conv1(x)))
class RepVitDownsample:
    fits = "pre_block spatial_downsample channel_downsample ffn"
    def forward(self, x):
        x = self.channel_downsample(self.spatial_downsample(self.pre_block(x)))
        return x + self.ffn(x)
class RepVitClassifier:
    fits = "head_drop head head_dist"
    def forward(self, x):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        x = self.head_drop(x)
        return (self.head(x) + self.head_dist(x)) / 2 if self.distillation else self.head(x)
`,
  'timm.models.shvit': `
class SHViT:
    fits = "patch_embed stages global_pool flatten head"
    def forward(self, x):
        x = self.flatten(self.global_pool(self.stages(self.patch_embed(x))))
        return self.head(torch.nn.functional.dropout(x, self.drop_rate, self.training))
class Conv2dNorm(torch.nn.modules.container.Sequential):
    pass
class NormLinear(torch.nn.modules.container.Sequential):
    pass
class StageBlock:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class BasicBlock:
    fits = "conv mixer ffn"
    def forward(self, x):
        return self.ffn(self.mixer(self.conv(x)))
class Residual:
    fits = "m"
    def forward(self, x):
        return x + self.m(x)
class FFN:
    fits = "pw1 act pw2"
    def forward(self, x):
        return self.pw2(self.act(self.pw1(x)))
class PatchMerging:
    fits = "conv1 act1 conv2 act2 se conv3"
    def forward(self, x):
        return self.conv3(self.se(self.act2(self.conv2(self.act1(self.conv1(x))))))
class SHSA:
    fits = "pre_norm qkv proj"
    def forward(self, x):
        b, c, h, w = x.shape
        seen, kept = torch.split(x, [self.pdim, self.dim - self.pdim], 1)
        q, k, v = torch.split(self.qkv(self.pre_norm(seen)), [self.qk_dim, self.qk_dim, self.pdim], 1)
        weights = torch.softmax(torch.matmul(q.flatten(2).transpose(-2, -1), k.flatten(2)) * self.scale, -1)
        mixed = torch.matmul(v.flatten(2), weights.transpose(-2, -1)).reshape(b, self.pdim, h, w)
        return self.proj(torch.cat([mixed, kept], 1))
`,
  'timm.models.visformer': `
class Visformer:
    fits = "stem patch_embed1 pos_drop stage1 patch_embed2 stage2 patch_embed3 stage3 norm global_pool head_drop head pos_embed1[4] pos_embed2[4] pos_embed3[4]"
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
    fits = "conv norm act?"
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
  'timm.models.efficientvit_msra': `
class EfficientVitMsra:
    fits = "patch_embed stages global_pool head"
    def forward(self, x):
        return self.head(self.global_pool(self.stages(self.patch_embed(x))))
class PatchEmbedding(torch.nn.modules.container.Sequential):
    pass
class ConvNorm(torch.nn.modules.container.Sequential):
    pass
class NormLinear(torch.nn.modules.container.Sequential):
    pass
class EfficientVitStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class EfficientVitBlock:
    fits = "dw0 ffn0 mixer dw1 ffn1"
    def forward(self, x):
        return self.ffn1(self.dw1(self.mixer(self.ffn0(self.dw0(x)))))
class ResidualDrop:
    fits = "m"
    def forward(self, x):
        assert not self.training or self.drop == 0.0, "it is in training mode: call model.eval() before saving"
        return x + self.m(x)
class ConvMlp:
    fits = "pw1 act pw2"
    def forward(self, x):
        return self.pw2(self.act(self.pw1(x)))
class PatchMerging:
    fits = "conv1 act conv2 se conv3"
    def forward(self, x):
        return self.conv3(self.se(self.act(self.conv2(self.act(self.conv1(x))))))
class LocalWindowAttention:
    fits = "attn"
    def forward(self, x):
        b, c, h, w = x.shape
        size = self.window_resolution
        if h <= size and w <= size:
            return self.attn(x)
        image = torch.nn.functional.pad(x.permute(0, 2, 3, 1), [0, 0, 0, -w % size, 0, -h % size])
        high, wide = image.shape[1], image.shape[2]
        tiles = image.reshape(b, high // size, size, wide // size, size, c).transpose(2, 3)
        tiles = self.attn(tiles.reshape(-1, size, size, c).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        image = tiles.reshape(b, high // size, wide // size, size, size, c).transpose(2, 3).reshape(b, high, wide, c)
        return image[:, :h, :w].permute(0, 3, 1, 2)
class CascadedGroupAttention:
    fits = "qkvs dws proj attention_biases[2] attention_bias_idxs[2]"
    def forward(self, x):
        b, c, h, w = x.shape
        parts = x.chunk(len(self.qkvs), 1)
        biases = self.attention_biases[:, self.attention_bias_idxs]
        done = []
        for k, layer in enumerate(self.qkvs):
            part = layer(parts[k] if k == 0 else done[-1] + parts[k])
            query, key, value = torch.split(part, [self.key_dim, self.key_dim, self.val_dim], 1)
            query = self.dws[k](query).flatten(2) * self.scale
            weights = torch.softmax(torch.matmul(query.transpose(-2, -1), key.flatten(2)) + biases[k], -1)
            done.append(torch.matmul(value.flatten(2), weights.transpose(-2, -1)).view(b, self.val_dim, h, w))
        return self.proj(torch.cat(done, 1))
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
    fits = "large_conv small_conv se act"
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
};
