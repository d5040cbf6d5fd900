"""A small convolutional network for 28x28 digits, built from layers that every converter knows."""
import torch
from torch import nn


class Block(nn.Module):
    """Convolution, normalisation and activation, with a shortcut where the shape stays."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.act = nn.ReLU(inplace=True)
        self.shortcut = inputs == outputs and stride == 1

    def forward(self, x):
        y = self.act(self.norm(self.conv(x)))
        return x + y if self.shortcut else y


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(Block(1, 16, 1), Block(16, 16, 1), nn.MaxPool2d(2), Block(16, 32, 2), Block(32, 32, 1))
        self.head = nn.Linear(32, 10)

    def forward(self, image):
        x = self.features(image)
        x = x.mean(dim=(2, 3))
        return torch.softmax(self.head(x), dim=1)
