/** Forwards of torchvision's classification models, after the papers that they are from. */
import type { ForwardTexts } from '../forward-table.ts';

export const TORCHVISION: ForwardTexts = {
  'torchvision.ops.misc': `
class ConvNormActivation(torch.nn.modules.container.Sequential):
    pass
class Conv2dNormActivation(torch.nn.modules.container.Sequential):
    pass
class Conv3dNormActivation(torch.nn.modules.container.Sequential):
    pass
class MLP(torch.nn.modules.container.Sequential):
    pass
class Permute:
    fits = ""
    def forward(self, x):
        return x.permute(self.dims)
class FrozenBatchNorm2d:
    fits = "weight[1] bias[1] running_mean[1] running_var[1]"
    def forward(self, x):
        scale = self.weight * torch.rsqrt(self.running_var + self.eps)
        shift = self.bias - self.running_mean * scale
        return x * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1)
class SqueezeExcitation:
    fits = "avgpool:AdaptiveAvgPool2d fc1:Conv2d fc2:Conv2d activation scale_activation"
    def forward(self, input):
        gate = self.fc2(self.activation(self.fc1(self.avgpool(input))))
        return self.scale_activation(gate) * input
`,
  'torchvision.ops.stochastic_depth': `
class StochasticDepth:
    fits = ""
    def forward(self, input):
        assert not self.training or self.p == 0.0, "it is in training mode: call model.eval() before saving"
        return input
def stochastic_depth(input, p, mode, training=True):
    assert not training or p == 0.0, "it drops at random: call model.eval() before saving"
    return input
`,
  'torchvision.models.alexnet': `
class AlexNet:
    fits = "features:Sequential avgpool:AdaptiveAvgPool2d classifier:Sequential"
    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))
`,
  'torchvision.models.vgg': `
class VGG:
    fits = "features:Sequential avgpool:AdaptiveAvgPool2d classifier:Sequential"
    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))
`,
  'torchvision.models.resnet': `
class ResNet:
    fits = "conv1:Conv2d bn1 relu:ReLU maxpool:MaxPool2d layer1:Sequential layer2:Sequential layer3:Sequential layer4:Sequential avgpool:AdaptiveAvgPool2d fc:Linear"
    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))
class BasicBlock:
    fits = "conv1:Conv2d bn1 relu:ReLU conv2:Conv2d bn2 downsample:Sequential?"
    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)) + shortcut)
class Bottleneck:
    fits = "conv1:Conv2d bn1 conv2:Conv2d bn2 conv3:Conv2d bn3 relu:ReLU downsample:Sequential?"
    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        return self.relu(self.bn3(self.conv3(out)) + shortcut)
`,
  'torchvision.models.squeezenet': `
class SqueezeNet:
    fits = "features:Sequential classifier:Sequential"
    def forward(self, x):
        return self.classifier(self.features(x)).flatten(1)
class Fire:
    fits = "squeeze:Conv2d squeeze_activation expand1x1:Conv2d expand1x1_activation expand3x3:Conv2d expand3x3_activation"
    def forward(self, x):
        narrow = self.squeeze_activation(self.squeeze(x))
        small = self.expand1x1_activation(self.expand1x1(narrow))
        large = self.expand3x3_activation(self.expand3x3(narrow))
        return torch.cat([small, large], 1)
`,
  'torchvision.models.densenet': `
class DenseNet:
    fits = "features:Sequential classifier:Linear"
    def forward(self, x):
        x = torch.relu(self.features(x))
        return self.classifier(torch.adaptive_avg_pool2d(x, [1, 1]).flatten(1))
class _DenseBlock:
    fits = "denselayer*:_DenseLayer"
    def forward(self, x):
        features = [x]
        for layer in self.children():
            features.append(layer(features))
        return torch.cat(features, 1)
class _DenseLayer:
    fits = "norm1 relu1 conv1:Conv2d norm2 relu2 conv2:Conv2d"
    def forward(self, features):
        x = torch.cat(features, 1) if isinstance(features, list) else features
        x = self.conv1(self.relu1(self.norm1(x)))
        return self.conv2(self.relu2(self.norm2(x)))
class _Transition(torch.nn.modules.container.Sequential):
    pass
`,
  'torchvision.models.googlenet': `
class GoogLeNet:
    fits = "conv1:BasicConv2d maxpool1 conv2:BasicConv2d conv3:BasicConv2d maxpool2 inception3a inception3b maxpool3 inception4a inception4b inception4c inception4d inception4e maxpool4 inception5a inception5b aux1:InceptionAux? aux2:InceptionAux? avgpool dropout:Dropout fc:Linear"
    def forward(self, x):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        if self.transform_input:
            x = rescaled(x)
        x = self.conv3(self.conv2(self.maxpool1(self.conv1(x))))
        x = self.maxpool3(self.inception3b(self.inception3a(self.maxpool2(x))))
        x = self.inception4c(self.inception4b(self.inception4a(x)))
        x = self.maxpool4(self.inception4e(self.inception4d(x)))
        x = self.avgpool(self.inception5b(self.inception5a(x)))
        return self.fc(self.dropout(x.flatten(1)))
def rescaled(x):
    red = x[:, 0:1] * (0.229 / 0.5) + (0.485 - 0.5) / 0.5
    green = x[:, 1:2] * (0.224 / 0.5) + (0.456 - 0.5) / 0.5
    blue = x[:, 2:3] * (0.225 / 0.5) + (0.406 - 0.5) / 0.5
    return torch.cat([red, green, blue], 1)
class Inception:
    fits = "branch1:BasicConv2d branch2:Sequential branch3:Sequential branch4:Sequential"
    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)
class InceptionAux:
    pass
class BasicConv2d:
    fits = "conv:Conv2d bn:BatchNorm2d"
    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))
`,
  'torchvision.models.inception': `
class Inception3:
    fits = "Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3 maxpool1 Conv2d_3b_1x1 Conv2d_4a_3x3 maxpool2 Mixed_5b:InceptionA Mixed_5c:InceptionA Mixed_5d:InceptionA Mixed_6a:InceptionB Mixed_6b:InceptionC Mixed_6c:InceptionC Mixed_6d:InceptionC Mixed_6e:InceptionC AuxLogits:InceptionAux? Mixed_7a:InceptionD Mixed_7b:InceptionE Mixed_7c:InceptionE avgpool dropout:Dropout fc:Linear"
    def forward(self, x):
        assert not self.training, "it is in training mode: call model.eval() before saving"
        if self.transform_input:
            x = torchvision.models.googlenet.rescaled(x)
        x = self.maxpool1(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))))
        x = self.maxpool2(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))
        x = self.Mixed_6a(self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x))))
        x = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(x))))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        return self.fc(self.dropout(self.avgpool(x)).flatten(1))
class InceptionA:
    fits = "branch1x1 branch5x5_1 branch5x5_2 branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3 branch_pool"
    def forward(self, x):
        five = self.branch5x5_2(self.branch5x5_1(x))
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch1x1(x), five, double, self.branch_pool(near(x))], 1)
def near(x):
    return torch.avg_pool2d(x, [3, 3], [1, 1], [1, 1])
class InceptionB:
    fits = "branch3x3 branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3"
    def forward(self, x):
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, torch.max_pool2d(x, [3, 3], [2, 2])], 1)
class InceptionC:
    fits = "branch1x1 branch7x7_1 branch7x7_2 branch7x7_3 branch7x7dbl_1 branch7x7dbl_2 branch7x7dbl_3 branch7x7dbl_4 branch7x7dbl_5 branch_pool"
    def forward(self, x):
        seven = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        return torch.cat([self.branch1x1(x), seven, double, self.branch_pool(near(x))], 1)
class InceptionD:
    fits = "branch3x3_1 branch3x3_2 branch7x7x3_1 branch7x7x3_2 branch7x7x3_3 branch7x7x3_4"
    def forward(self, x):
        seven = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x))))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(x)), seven, torch.max_pool2d(x, [3, 3], [2, 2])], 1)
class InceptionE:
    fits = "branch1x1 branch3x3_1 branch3x3_2a branch3x3_2b branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3a branch3x3dbl_3b branch_pool"
    def forward(self, x):
        three = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        wide = [self.branch3x3_2a(three), self.branch3x3_2b(three), self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double)]
        return torch.cat([self.branch1x1(x)] + wide + [self.branch_pool(near(x))], 1)
class InceptionAux:
    pass
class BasicConv2d:
    fits = "conv:Conv2d bn:BatchNorm2d"
    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))
`,
  'torchvision.models.mnasnet': `
class MNASNet:
    fits = "layers:Sequential classifier:Sequential"
    def forward(self, x):
        return self.classifier(self.layers(x).mean([2, 3]))
class _InvertedResidual:
    fits = "layers:Sequential"
    def forward(self, x):
        return self.layers(x) + x if self.apply_residual else self.layers(x)
`,
  'torchvision.models.mobilenetv2': `
class MobileNetV2:
    fits = "features:Sequential classifier:Sequential"
    def forward(self, x):
        return self.classifier(torch.adaptive_avg_pool2d(self.features(x), [1, 1]).flatten(1))
class InvertedResidual:
    fits = "conv:Sequential"
    def forward(self, x):
        return x + self.conv(x) if self.use_res_connect else self.conv(x)
`,
  'torchvision.models.mobilenetv3': `
class MobileNetV3:
    fits = "features:Sequential avgpool:AdaptiveAvgPool2d classifier:Sequential"
    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))
class InvertedResidual:
    fits = "block:Sequential"
    def forward(self, input):
        return self.block(input) + input if self.use_res_connect else self.block(input)
`,
  'torchvision.models.efficientnet': `
class EfficientNet:
    fits = "features:Sequential avgpool:AdaptiveAvgPool2d classifier:Sequential"
    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))
class MBConv:
    fits = "block:Sequential stochastic_depth:StochasticDepth"
    def forward(self, input):
        return self.stochastic_depth(self.block(input)) + input if self.use_res_connect else self.block(input)
class FusedMBConv:
    fits = "block:Sequential stochastic_depth:StochasticDepth"
    def forward(self, input):
        return self.stochastic_depth(self.block(input)) + input if self.use_res_connect else self.block(input)
`,
  'torchvision.models.regnet': `
class RegNet:
    fits = "stem:SimpleStemIN trunk_output:Sequential avgpool:AdaptiveAvgPool2d fc:Linear"
    def forward(self, x):
        return self.fc(self.avgpool(self.trunk_output(self.stem(x))).flatten(1))
class SimpleStemIN(torch.nn.modules.container.Sequential):
    pass
class AnyStage(torch.nn.modules.container.Sequential):
    pass
class BottleneckTransform(torch.nn.modules.container.Sequential):
    pass
class ResBottleneckBlock:
    fits = "proj:Conv2dNormActivation? f:BottleneckTransform activation:ReLU"
    def forward(self, x):
        shortcut = x if self.proj is None else self.proj(x)
        return self.activation(shortcut + self.f(x))
`,
  'torchvision.models.shufflenetv2': `
class ShuffleNetV2:
    fits = "conv1:Sequential maxpool:MaxPool2d stage2:Sequential stage3:Sequential stage4:Sequential conv5:Sequential fc:Linear"
    def forward(self, x):
        x = self.stage4(self.stage3(self.stage2(self.maxpool(self.conv1(x)))))
        return self.fc(self.conv5(x).mean([2, 3]))
class InvertedResidual:
    fits = "branch1:Sequential branch2:Sequential"
    def forward(self, x):
        if self.stride == 1:
            kept, changed = x.chunk(2, 1)
            both = torch.cat([kept, self.branch2(changed)], 1)
        else:
            both = torch.cat([self.branch1(x), self.branch2(x)], 1)
        return torch.channel_shuffle(both, 2)
`,
  'torchvision.models.convnext': `
class ConvNeXt:
    fits = "features:Sequential avgpool:AdaptiveAvgPool2d classifier:Sequential"
    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)))
class LayerNorm2d:
    fits = "weight[1] bias[1]"
    def forward(self, x):
        last = x.permute(0, 2, 3, 1)
        return torch.layer_norm(last, self.normalized_shape, self.weight, self.bias, self.eps).permute(0, 3, 1, 2)
class CNBlock:
    fits = "block:Sequential stochastic_depth:StochasticDepth layer_scale[3]"
    def forward(self, input):
        return self.stochastic_depth(self.layer_scale * self.block(input)) + input
`,
};
