/** Forwards of timm's residual networks, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TIMM_RESNETS: ForwardTexts = {
  'timm.models.resnet': `
class ResNet:
    fits = "conv1 bn1 act1 maxpool layer1 layer2 layer3 layer4 global_pool fc"
    def forward(self, x):
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        x = self.global_pool(self.layer4(self.layer3(self.layer2(self.layer1(x)))))
        return self.fc(torch.nn.functional.dropout(x, float(self.drop_rate), self.training))
class BasicBlock:
    fits = "conv1 bn1 drop_block act1 aa conv2 bn2 act2 downsample? se? drop_path?"
    def forward(self, x):
        out = self.aa(self.act1(self.drop_block(self.bn1(self.conv1(x)))))
        return self.act2(finished(self, self.bn2(self.conv2(out))) + shortcut(self, x))
class Bottleneck:
    fits = "conv1 bn1 act1 conv2 bn2 drop_block act2 aa conv3 bn3 act3 downsample? se? drop_path?"
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
    fits = "shortcut? conv1_kxk attn conv2_kxk attn_last drop_path act"
    def forward(self, x):
        return joined(self, self.conv2_kxk(self.attn(self.conv1_kxk(x))), x)
class BottleneckBlock:
    fits = "shortcut? conv1_1x1 conv2_kxk conv2b_kxk attn conv3_1x1 attn_last drop_path act"
    def forward(self, x):
        out = self.conv2b_kxk(self.conv2_kxk(self.conv1_1x1(x)))
        return joined(self, self.conv3_1x1(self.attn(out)), x)
class DarkBlock:
    fits = "shortcut? conv1_1x1 attn conv2_kxk attn_last drop_path act"
    def forward(self, x):
        return joined(self, self.conv2_kxk(self.attn(self.conv1_1x1(x))), x)
class SelfAttnBlock:
    fits = "shortcut? conv1_1x1 conv2_kxk self_attn post_attn conv3_1x1 drop_path act"
    def forward(self, x):
        out = self.post_attn(self.self_attn(self.conv2_kxk(self.conv1_1x1(x))))
        out = self.drop_path(self.conv3_1x1(out))
        return self.act(out if self.shortcut is None else out + self.shortcut(x))
class EdgeBlock:
    fits = "shortcut? conv1_kxk attn conv2_1x1 attn_last drop_path act"
    def forward(self, x):
        return joined(self, self.conv2_1x1(self.attn(self.conv1_kxk(x))), x)
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
    fits = "act1 conv1 act2 conv2 act3 conv3 drop_path attn? attn_last? conv2b? act2b? downsample? skipinit_gain[0]?"
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
  'timm.models.resnest': `
class ResNestBottleneck:
    fits = "conv1 bn1 act1 conv2 bn2 drop_block act2 conv3 bn3 act3 downsample? avd_last?"
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
  'timm.models.tresnet': `
class TResNet:
    fits = "body head"
    def forward(self, x):
        return self.head(self.body(x))
class BasicBlock:
    fits = "conv1 conv2 act se? drop_path downsample?"
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
};
