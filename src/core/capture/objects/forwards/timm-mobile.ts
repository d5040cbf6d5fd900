/** Forwards of timm's small networks, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_MOBILE: ForwardTexts = {
  'timm.models.efficientnet': `
class EfficientNet:
    fits = "conv_stem bn1 blocks conv_head bn2 global_pool classifier"
    def forward(self, x):
        x = self.blocks(self.bn1(self.conv_stem(x)))
        x = self.global_pool(self.bn2(self.conv_head(x)))
        return self.classifier(torch.nn.functional.dropout(x, self.drop_rate, self.training))
`,
  'timm.models._efficientnet_blocks': `
class SqueezeExcite:
    fits = "conv_reduce act1 conv_expand gate"
    def forward(self, x):
        gate = self.conv_expand(self.act1(self.conv_reduce(x.mean([2, 3], True))))
        return x * self.gate(gate)
class ConvBnAct:
    fits = "conv bn1 aa drop_path"
    def forward(self, x):
        out = self.aa(self.bn1(self.conv(x)))
        return self.drop_path(out) + x if self.has_skip else out
class DepthwiseSeparableConv:
    fits = "conv_dw bn1 aa se conv_pw bn2 drop_path"
    def forward(self, x):
        out = x if self.conv_s2d is None else self.bn_s2d(self.conv_s2d(x))
        out = self.bn2(self.conv_pw(self.se(self.aa(self.bn1(self.conv_dw(out))))))
        return self.drop_path(out) + x if self.has_skip else out
class InvertedResidual:
    fits = "conv_pw bn1 conv_dw bn2 aa se conv_pwl bn3 drop_path"
    def forward(self, x):
        out = x if self.conv_s2d is None else self.bn_s2d(self.conv_s2d(x))
        out = self.se(self.aa(self.bn2(self.conv_dw(self.bn1(self.conv_pw(out))))))
        out = self.bn3(self.conv_pwl(out))
        return self.drop_path(out) + x if self.has_skip else out
class EdgeResidual:
    fits = "conv_exp bn1 aa se conv_pwl bn2 drop_path"
    def forward(self, x):
        out = self.se(self.aa(self.bn1(self.conv_exp(x))))
        out = self.bn2(self.conv_pwl(out))
        return self.drop_path(out) + x if self.has_skip else out
`,
  'timm.models.mobilenetv3': `
class MobileNetV3:
    fits = "conv_stem bn1 blocks global_pool conv_head norm_head act2 flatten classifier"
    def forward(self, x):
        x = self.global_pool(self.blocks(self.bn1(self.conv_stem(x))))
        x = self.flatten(self.act2(self.norm_head(self.conv_head(x))))
        return self.classifier(torch.nn.functional.dropout(x, self.drop_rate, self.training))
`,
  'timm.models.ghostnet': `
class GhostNet:
    fits = "conv_stem bn1 act1 blocks global_pool conv_head act2 flatten classifier"
    def forward(self, x):
        x = self.global_pool(self.blocks(self.act1(self.bn1(self.conv_stem(x)))))
        x = self.flatten(self.act2(self.conv_head(x)))
        return self.classifier(torch.nn.functional.dropout(x, self.drop_rate, self.training))
class GhostBottleneck:
    fits = "ghost1 ghost2 shortcut conv_dw? bn_dw? se?"
    def forward(self, x):
        out = self.ghost1(x)
        if self.conv_dw is not None:
            out = self.bn_dw(self.conv_dw(out))
        if self.se is not None:
            out = self.se(out)
        return self.ghost2(out) + self.shortcut(x)
class GhostModule:
    fits = "primary_conv cheap_operation"
    def forward(self, x):
        whole = self.primary_conv(x)
        return torch.cat([whole, self.cheap_operation(whole)], 1)[:, :self.out_chs]
`,
  'timm.models.hgnet': `
class HighPerfGpuNet:
    fits = "stem stages head"
    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
class StemV2:
    fits = "stem1 stem2a stem2b stem3 stem4 pool"
    def forward(self, x):
        x = torch.nn.functional.pad(self.stem1(x), [0, 1, 0, 1])
        side = self.stem2b(torch.nn.functional.pad(self.stem2a(x), [0, 1, 0, 1]))
        return self.stem4(self.stem3(torch.cat([self.pool(x), side], 1)))
class ConvBNAct:
    fits = "conv bn act lab"
    def forward(self, x):
        return self.lab(self.act(self.bn(self.conv(x))))
class LightConvBNAct:
    fits = "conv1 conv2"
    def forward(self, x):
        return self.conv2(self.conv1(x))
class LearnableAffineBlock:
    fits = "scale[1] bias[1]"
    def forward(self, x):
        return self.scale * x + self.bias
class HighPerfGpuStage:
    fits = "downsample blocks"
    def forward(self, x):
        return self.blocks(self.downsample(x))
class HighPerfGpuBlock:
    fits = "layers aggregation drop_path"
    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(features[-1]))
        out = self.aggregation(torch.cat(features, 1))
        return self.drop_path(out) + x if self.residual else out
class ClassifierHead:
    fits = "global_pool last_conv dropout flatten fc"
    def forward(self, x):
        return self.fc(self.flatten(self.dropout(self.last_conv(self.global_pool(x)))))
`,
  'timm.models.lcnetv2': `
class LCNetV2:
    fits = "stem stages global_pool conv_head act2 flatten classifier"
    def forward(self, x):
        x = self.global_pool(self.stages(self.stem(x)))
        x = self.flatten(self.act2(self.conv_head(x)))
        return self.classifier(torch.nn.functional.dropout(x, self.drop_rate, self.training))
class RepDepthwiseSeparable:
    fits = "dw_conv? dw_act se pw_conv dw_conv_list?"
    dw_conv_list = None
    def forward(self, x):
        if self.dw_conv is not None:
            out = self.dw_conv(x)
        else:
            out = self.dw_conv_list[0](x)
            for conv in self.dw_conv_list[1:]:
                out = out + conv(x)
        out = self.pw_conv(self.se(self.dw_act(out)))
        return out + x if self.use_shortcut else out
`,
  'timm.models.rexnet': `
class RexNet:
    fits = "stem features head"
    def forward(self, x):
        return self.head(self.features(self.stem(x)))
class LinearBottleneck:
    fits = "conv_dw act_dw conv_pwl conv_exp? se?"
    def forward(self, x):
        out = x if self.conv_exp is None else self.conv_exp(x)
        out = self.conv_dw(out)
        if self.se is not None:
            out = self.se(out)
        out = self.conv_pwl(self.act_dw(out))
        if not self.use_shortcut:
            return out
        if self.drop_path is not None:
            out = self.drop_path(out)
        return torch.cat([out[:, :self.in_channels] + x, out[:, self.in_channels:]], 1)
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
  'timm.models.mobilevit': `
class MobileVitBlock:
    fits = "conv_kxk conv_1x1 transformer norm conv_proj conv_fusion?"
    def forward(self, x):
        inner = self.conv_1x1(self.conv_kxk(x))
        b, c, h, w = inner.shape
        high, wide = self.patch_size[0], self.patch_size[1]
        down, right = (h + high - 1) // high, (w + wide - 1) // wide
        whole = h == down * high and w == right * wide
        if not whole:
            inner = torch.nn.functional.interpolate(inner, [down * high, right * wide], mode="bilinear", align_corners=False)
        tiles = inner.reshape(b * c * down, high, right, wide).transpose(1, 2)
        rows = tiles.reshape(b, c, down * right, self.patch_area).transpose(1, 3).reshape(b * self.patch_area, down * right, -1)
        rows = self.norm(self.transformer(rows)).reshape(b, self.patch_area, down * right, -1)
        tiles = rows.transpose(1, 3).reshape(b * c * down, right, high, wide)
        out = tiles.transpose(1, 2).reshape(b, c, down * high, right * wide)
        if not whole:
            out = torch.nn.functional.interpolate(out, [h, w], mode="bilinear", align_corners=False)
        out = self.conv_proj(out)
        return out if self.conv_fusion is None else self.conv_fusion(torch.cat([x, out], 1))
`,
};
