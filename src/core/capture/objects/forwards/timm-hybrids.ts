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
};
