/** Forwards of timm's convolutional models, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_CONVOLUTIONAL: ForwardTexts = {
  'timm.models.resnet': `
class ResNet:
    fits = "conv1 bn1 act1 maxpool layer1 layer2 layer3 layer4 global_pool fc"
    def forward(self, x):
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        x = self.global_pool(self.layer4(self.layer3(self.layer2(self.layer1(x)))))
        return self.fc(torch.nn.functional.dropout(x, float(self.drop_rate), self.training))
class BasicBlock:
    fits = "conv1 bn1 drop_block act1 aa conv2 bn2 act2 downsample?"
    def forward(self, x):
        out = self.aa(self.act1(self.drop_block(self.bn1(self.conv1(x)))))
        return self.act2(finished(self, self.bn2(self.conv2(out))) + shortcut(self, x))
class Bottleneck:
    fits = "conv1 bn1 act1 conv2 bn2 drop_block act2 aa conv3 bn3 act3 downsample"
    def forward(self, x):
        out = self.act1(self.bn1(self.conv1(x)))
        out = self.aa(self.act2(self.drop_block(self.bn2(self.conv2(out)))))
        return self.act3(finished(self, self.bn3(self.conv3(out))) + shortcut(self, x))
def finished(block, out):
    if block.se is not None:
        out = block.se(out)
    return out if block.drop_path is None else block.drop_path(out)
def shortcut(block, x):
    return x if block.downsample is None else block.downsample(x)
`,
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
    fits = "conv_dw norm mlp shortcut drop_path gamma[1]"
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
  'timm.models.byobnet': `
class ByobNet:
    fits = "stem stages final_conv head"
    def forward(self, x):
        return self.head(self.final_conv(self.stages(self.stem(x))))
class Stem(torch.nn.modules.container.Sequential):
    pass
class DownsampleAvg:
    fits = "pool conv"
    def forward(self, x):
        return self.conv(self.pool(x))
def joined(block, out, x):
    out = block.drop_path(block.attn_last(out))
    return block.act(out if block.shortcut is None else out + block.shortcut(x))
class BasicBlock:
    fits = "shortcut conv1_kxk attn conv2_kxk attn_last drop_path act"
    def forward(self, x):
        return joined(self, self.conv2_kxk(self.attn(self.conv1_kxk(x))), x)
class BottleneckBlock:
    fits = "shortcut? conv1_1x1 conv2_kxk conv2b_kxk attn conv3_1x1 attn_last drop_path act"
    def forward(self, x):
        out = self.conv2b_kxk(self.conv2_kxk(self.conv1_1x1(x)))
        return joined(self, self.conv3_1x1(self.attn(out)), x)
class DarkBlock:
    fits = "shortcut conv1_1x1 attn conv2_kxk attn_last drop_path act"
    def forward(self, x):
        return joined(self, self.conv2_kxk(self.attn(self.conv1_1x1(x))), x)
class SelfAttnBlock:
    fits = "shortcut conv1_1x1 conv2_kxk self_attn post_attn conv3_1x1 drop_path act"
    def forward(self, x):
        out = self.post_attn(self.self_attn(self.conv2_kxk(self.conv1_1x1(x))))
        out = self.drop_path(self.conv3_1x1(out))
        return self.act(out if self.shortcut is None else out + self.shortcut(x))
class EdgeBlock:
    fits = "shortcut conv1_kxk attn conv2_1x1 attn_last drop_path act"
    def forward(self, x):
        return joined(self, self.conv2_1x1(self.attn(self.conv1_kxk(x))), x)
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
  'timm.models.nfnet': `
class NormFreeNet:
    fits = "stem stages final_conv final_act head"
    def forward(self, x):
        return self.head(self.final_act(self.final_conv(self.stages(self.stem(x)))))
class DownsampleAvg:
    fits = "pool conv"
    def forward(self, x):
        return self.conv(self.pool(x))
class NormFreeBlock:
    fits = "downsample act1 conv1 act2 conv2 act2b conv2b act3 conv3 attn_last drop_path"
    conv2b = None
    attn_last = None
    def forward(self, x):
        out = self.act1(x) * self.beta
        shortcut = x if self.downsample is None else self.downsample(out)
        out = self.conv2(self.act2(self.conv1(out)))
        if self.conv2b is not None:
            out = self.conv2b(self.act2b(out))
        if self.attn is not None:
            out = self.attn_gain * self.attn(out)
        out = self.conv3(self.act3(out))
        if self.attn_last is not None:
            out = self.attn_gain * self.attn_last(out)
        out = self.drop_path(out)
        if self.skipinit_gain is not None:
            out = out * self.skipinit_gain
        return out * self.alpha + shortcut
`,
  'timm.models.mobilenetv3': `
class MobileNetV3:
    fits = "conv_stem bn1 blocks global_pool conv_head norm_head act2 flatten classifier"
    def forward(self, x):
        x = self.global_pool(self.blocks(self.bn1(self.conv_stem(x))))
        x = self.flatten(self.act2(self.norm_head(self.conv_head(x))))
        return self.classifier(torch.nn.functional.dropout(x, self.drop_rate, self.training))
`,
  'timm.models.densenet': `
class DenseNet:
    fits = "features global_pool head_drop classifier"
    def forward(self, x):
        return self.classifier(self.head_drop(self.global_pool(self.features(x))))
class DenseBlock:
    fits = "denselayer*:DenseLayer"
    def forward(self, x):
        features = [x]
        for layer in self.values():
            features.append(layer(features))
        return torch.cat(features, 1)
class DenseLayer:
    fits = "norm1 conv1 norm2 conv2"
    def forward(self, features):
        x = torch.cat(features, 1) if isinstance(features, list) else features
        out = self.conv2(self.norm2(self.conv1(self.norm1(x))))
        return torch.nn.functional.dropout(out, self.drop_rate, self.training)
class DenseTransition(torch.nn.modules.container.Sequential):
    pass
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
  'timm.models.dla': `
class DLA:
    fits = "base_layer level0 level1 level2 level3 level4 level5 global_pool head_drop fc flatten"
    def forward(self, x):
        x = self.level2(self.level1(self.level0(self.base_layer(x))))
        x = self.level5(self.level4(self.level3(x)))
        return self.flatten(self.fc(self.head_drop(self.global_pool(x))))
class DlaTree:
    fits = "downsample project tree1 tree2 root?"
    def forward(self, x, shortcut=None, children=None):
        below = [] if children is None else children
        bottom = self.downsample(x)
        if self.level_root:
            below.append(bottom)
        first = self.tree1(x, self.project(bottom))
        if self.root is not None:
            return self.root([self.tree2(first), first] + below)
        below.append(first)
        return self.tree2(first, None, below)
class DlaBottleneck:
    fits = "conv1 bn1 conv2 bn2 conv3 bn3 relu"
    def forward(self, x, shortcut=None, children=None):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(out)))))
        return self.relu(out + (x if shortcut is None else shortcut))
class DlaRoot:
    fits = "conv bn relu"
    def forward(self, children):
        out = self.bn(self.conv(torch.cat(children, 1)))
        return self.relu(out + children[0] if self.shortcut else out)
`,
  'timm.models.dpn': `
class DPN:
    fits = "features global_pool classifier flatten"
    def forward(self, x):
        x = torch.nn.functional.dropout(self.global_pool(self.features(x)), self.drop_rate, self.training)
        return self.flatten(self.classifier(x))
class DualPathBlock:
    fits = "c1x1_w_s1? c1x1_a c3x3_b c1x1_c c1x1_c1 c1x1_c2 c1x1_w_s2?"
    def forward(self, x):
        whole = torch.cat(x, 1) if isinstance(x, tuple) else x
        n = self.num_1x1_c
        if self.c1x1_w_s1 is None and self.c1x1_w_s2 is None:
            kept, dense = x[0], x[1]
        else:
            wide = self.c1x1_w_s2(whole) if self.c1x1_w_s1 is None else self.c1x1_w_s1(whole)
            kept, dense = wide[:, :n], wide[:, n:]
        out = self.c1x1_c(self.c3x3_b(self.c1x1_a(whole)))
        if self.c1x1_c1 is not None:
            added, joined = self.c1x1_c1(out), self.c1x1_c2(out)
        else:
            added, joined = out[:, :n], out[:, n:]
        return kept + added, torch.cat([dense, joined], 1)
class BnActConv2d:
    fits = "bn conv"
    def forward(self, x):
        return self.conv(self.bn(x))
class CatBnAct:
    fits = "bn"
    def forward(self, x):
        return self.bn(torch.cat(x, 1) if isinstance(x, tuple) else x)
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
    fits = "token_mixer norm mlp drop_path gamma[1]"
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
  'timm.models.inception_v3': `
class InceptionV3:
    fits = "Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3 Pool1 Conv2d_3b_1x1 Conv2d_4a_3x3 Pool2 Mixed_5b Mixed_5c Mixed_5d Mixed_6a Mixed_6b Mixed_6c Mixed_6d Mixed_6e Mixed_7a Mixed_7b Mixed_7c global_pool head_drop fc"
    def forward(self, x):
        x = self.Pool1(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))))
        x = self.Pool2(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))
        x = self.Mixed_6a(self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x))))
        x = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(x))))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        return self.fc(self.head_drop(self.global_pool(x)))
class InceptionA(torchvision.models.inception.InceptionA):
    pass
class InceptionB(torchvision.models.inception.InceptionB):
    pass
class InceptionC(torchvision.models.inception.InceptionC):
    pass
class InceptionD(torchvision.models.inception.InceptionD):
    pass
class InceptionE(torchvision.models.inception.InceptionE):
    pass
`,
  'timm.models.inception_v4': `
class InceptionV4:
    fits = "features global_pool head_drop last_linear"
    def forward(self, x):
        return self.last_linear(self.head_drop(self.global_pool(self.features(x))))
class Mixed3a:
    fits = "maxpool conv"
    def forward(self, x):
        return torch.cat([self.maxpool(x), self.conv(x)], 1)
class Mixed4a:
    fits = "branch0 branch1"
    def forward(self, x):
        return torch.cat([self.branch0(x), self.branch1(x)], 1)
class Mixed5a:
    fits = "conv maxpool"
    def forward(self, x):
        return torch.cat([self.conv(x), self.maxpool(x)], 1)
class InceptionA:
    fits = "branch0 branch1 branch2 branch3"
    def forward(self, x):
        return torch.cat([self.branch0(x), self.branch1(x), self.branch2(x), self.branch3(x)], 1)
class InceptionB:
    fits = "branch0 branch1 branch2 branch3"
    def forward(self, x):
        return torch.cat([self.branch0(x), self.branch1(x), self.branch2(x), self.branch3(x)], 1)
class ReductionA:
    fits = "branch0 branch1 branch2"
    def forward(self, x):
        return torch.cat([self.branch0(x), self.branch1(x), self.branch2(x)], 1)
class ReductionB:
    fits = "branch0 branch1 branch2"
    def forward(self, x):
        return torch.cat([self.branch0(x), self.branch1(x), self.branch2(x)], 1)
class InceptionC:
    fits = "branch0 branch1_0 branch1_1a branch1_1b branch2_0 branch2_1 branch2_2 branch2_3a branch2_3b branch3"
    def forward(self, x):
        first = self.branch1_0(x)
        second = self.branch2_2(self.branch2_1(self.branch2_0(x)))
        wide = [self.branch1_1a(first), self.branch1_1b(first), self.branch2_3a(second), self.branch2_3b(second)]
        return torch.cat([self.branch0(x)] + wide + [self.branch3(x)], 1)
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
  'timm.models.res2net': `
class Bottle2neck:
    fits = "conv1 bn1 convs bns pool? conv3 bn3 relu downsample?"
    def forward(self, x):
        parts = torch.split(self.relu(self.bn1(self.conv1(x))), self.width, 1)
        done = []
        for k, conv in enumerate(self.convs):
            part = parts[k] if k == 0 or self.is_first else done[-1] + parts[k]
            done.append(self.relu(self.bns[k](conv(part))))
        if self.scale > 1:
            done.append(parts[-1] if self.pool is None else self.pool(parts[-1]))
        out = self.bn3(self.conv3(torch.cat(done, 1)))
        if self.se is not None:
            out = self.se(out)
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))
`,
  'timm.models.resnetv2': `
class ResNetV2:
    fits = "stem stages norm head"
    def forward(self, x):
        return self.head(self.norm(self.stages(self.stem(x))))
class ResNetStage:
    fits = "blocks"
    def forward(self, x):
        return self.blocks(x)
class PreActBasic:
    fits = "norm1 conv1 norm2 conv2 drop_path downsample?"
    def forward(self, x):
        ready = self.norm1(x)
        shortcut = x if self.downsample is None else self.downsample(ready)
        return self.drop_path(self.conv2(self.norm2(self.conv1(ready)))) + shortcut
class DownsampleConv:
    fits = "conv norm"
    def forward(self, x):
        return self.norm(self.conv(x))
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
  'timm.models.selecsls': `
class SelecSls:
    fits = "stem features from_seq head global_pool head_drop fc"
    def forward(self, x):
        x = self.head(self.from_seq(self.features(self.stem(x))))
        return self.fc(self.head_drop(self.global_pool(x)))
class SequentialList(torch.nn.modules.container.Sequential):
    pass
class SelecSlsBlock:
    fits = "conv1 conv2 conv3 conv4 conv5 conv6"
    def forward(self, x):
        given = x if isinstance(x, list) else [x]
        first = self.conv1(given[0])
        second = self.conv3(self.conv2(first))
        third = self.conv5(self.conv4(second))
        if self.is_first:
            out = self.conv6(torch.cat([first, second, third], 1))
            return [out, out]
        return [self.conv6(torch.cat([first, second, third, given[1]], 1)), given[1]]
class SelectSeq:
    fits = ""
    def forward(self, x):
        return x[self.index] if self.mode == "index" else torch.cat(x, 1)
`,
  'timm.models.senet': `
class SENet:
    fits = "layer0 pool0 layer1 layer2 layer3 layer4 global_pool last_linear"
    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.pool0(self.layer0(x))))))
        return self.last_linear(torch.nn.functional.dropout(self.global_pool(x), self.drop_rate, self.training))
class SEResNetBlock:
    fits = "conv1 bn1 conv2 bn2 relu se_module downsample?"
    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        return self.relu(self.se_module(out) + shortcut)
class SEModule:
    fits = "fc1 relu fc2 sigmoid"
    def forward(self, x):
        return x * self.sigmoid(self.fc2(self.relu(self.fc1(x.mean([2, 3], True)))))
`,
  'timm.models.sknet': `
class SelectiveKernelBasic:
    fits = "conv1 conv2 act downsample?"
    def forward(self, x):
        out = self.conv2(self.conv1(x))
        if self.se is not None:
            out = self.se(out)
        if self.drop_path is not None:
            out = self.drop_path(out)
        return self.act(out + (x if self.downsample is None else self.downsample(x)))
`,
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
  'timm.models.resnest': `
class ResNestBottleneck:
    fits = "conv1 bn1 act1 conv2 bn2 drop_block act2 conv3 bn3 act3 downsample avd_last?"
    def forward(self, x):
        out = self.act1(self.bn1(self.conv1(x)))
        if self.avd_first is not None:
            out = self.avd_first(out)
        out = self.act2(self.drop_block(self.bn2(self.conv2(out))))
        if self.avd_last is not None:
            out = self.avd_last(out)
        out = self.bn3(self.conv3(out))
        if self.drop_path is not None:
            out = self.drop_path(out)
        return self.act3(out + (x if self.downsample is None else self.downsample(x)))
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
  'timm.models.vovnet': `
class VovNet:
    fits = "stem stages head"
    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
class OsaStage:
    fits = "blocks pool?"
    def forward(self, x):
        return self.blocks(x if self.pool is None else self.pool(x))
class OsaBlock:
    fits = "conv_mid conv_concat attn conv_reduction?"
    def forward(self, x):
        start = x if self.conv_reduction is None else self.conv_reduction(x)
        out = self.conv_concat(self.conv_mid(start, [x]))
        if self.attn is not None:
            out = self.attn(out)
        if self.drop_path is not None:
            out = self.drop_path(out)
        return out + x if self.residual else out
class SequentialAppendList:
    fits = "0 1? 2? 3? 4?"
    def forward(self, x, features):
        for layer in self.children():
            x = layer(x)
            features.append(x)
        return torch.cat(features, 1)
`,
  'timm.models.xception': `
class Xception:
    fits = "conv1 bn1 act1 conv2 bn2 act2 block1 block2 block3 block4 block5 block6 block7 block8 block9 block10 block11 block12 conv3 bn3 act3 conv4 bn4 act4 global_pool fc"
    def forward(self, x):
        x = self.act2(self.bn2(self.conv2(self.act1(self.bn1(self.conv1(x))))))
        x = self.block6(self.block5(self.block4(self.block3(self.block2(self.block1(x))))))
        x = self.block12(self.block11(self.block10(self.block9(self.block8(self.block7(x))))))
        x = self.act4(self.bn4(self.conv4(self.act3(self.bn3(self.conv3(x))))))
        return self.fc(self.global_pool(x))
class Block:
    fits = "skip? skipbn? rep"
    def forward(self, x):
        out = self.rep(x)
        return out + (x if self.skip is None else self.skipbn(self.skip(x)))
class SeparableConv2d:
    fits = "conv1 pointwise"
    def forward(self, x):
        return self.pointwise(self.conv1(x))
`,
  'timm.models.xception_aligned': `
class XceptionAligned:
    fits = "stem blocks act head"
    def forward(self, x):
        return self.head(self.act(self.blocks(self.stem(x))))
class PreXceptionModule:
    fits = "shortcut norm stack"
    def forward(self, x):
        x = self.norm(x)
        out = self.stack(x)
        if self.no_skip:
            return out
        return (out if self.drop_path is None else self.drop_path(out)) + self.shortcut(x)
class PreSeparableConv2d:
    fits = "norm conv_dw conv_pw"
    def forward(self, x):
        return self.conv_pw(self.conv_dw(self.norm(x)))
`,
};
