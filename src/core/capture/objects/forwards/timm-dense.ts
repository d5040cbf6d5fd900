/** Forwards of timm's networks with dense connections and branches, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_DENSE: ForwardTexts = {
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
    fits = "c1x1_a c3x3_b c1x1_c c1x1_w_s1? c1x1_w_s2? c1x1_c1? c1x1_c2?"
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
    fits = "conv_mid conv_concat attn? conv_reduction?"
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
    fits = "drop_path layers gamma[1]?"
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
};
