"""Cases of convolution, pooling, norms and resampling of images, and BatchNorm's running statistics."""

import torch
import torch.nn.functional as F

from cases import Case, make_tensors
from writer import generator_for, rounded

CONVOLUTIONS = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def convolution_cases():
    """Kernel 1 to 5, every combination of stride, padding and dilation that shapes allow, groups, odd sizes."""
    images = [
        # input, weight, options
        ((2, 3, 11), (4, 3, 3), {}),
        ((2, 4, 23), (6, 2, 5), dict(stride=3, padding=2, groups=2)),
        ((2, 2, 40), (3, 2, 4), dict(dilation=3, padding=4)),
        ((2, 3, 6, 7), (4, 3, 3, 3), {}),
        ((2, 3, 8, 8), (5, 3, 3, 3), dict(padding=1)),
        ((1, 2, 5, 16), (9, 2, 3, 3), dict(padding=1)),
        ((1, 2, 17, 19), (4, 2, 3, 3), dict(padding=1)),
        ((2, 4, 9, 9), (8, 4, 1, 1), dict(stride=2)),
        ((2, 4, 8, 8), (3, 4, 1, 1), {}),
        ((2, 2, 9, 12), (4, 2, 3, 3), dict(stride=2, padding=1)),
        ((1, 2, 13, 10), (3, 2, 5, 3), dict(stride=(3, 2), padding=(2, 0))),
        ((2, 2, 9, 11), (3, 2, 3, 3), dict(dilation=2, padding=2)),
        ((1, 2, 12, 11), (3, 2, 2, 3), dict(stride=2, dilation=(3, 2), padding=(1, 3))),
        ((2, 6, 7, 7), (9, 2, 3, 3), dict(padding=1, groups=3)),
        ((2, 5, 6, 9), (5, 1, 3, 3), dict(padding=1, groups=5)),
        ((1, 2, 4, 5, 6), (3, 2, 3, 2, 3), dict(padding=1)),
        ((1, 4, 5, 6, 7), (2, 2, 2, 3, 3), dict(stride=2, padding=(0, 1, 2), groups=2)),
    ]
    cases = []
    for index, (x, weight, options) in enumerate(images):
        function = CONVOLUTIONS[len(x) - 2]
        bias = {"bias": weight[:1]} if index % 2 == 0 else {}
        cases.append(
            Case(
                f"convolution/{index:02}",
                lambda input, weight, bias=None, f=function, o=options: f(input, weight, bias, **o),
                {"input": x, "weight": weight, **bias},
                attributes=options,
                weights=("weight",),
            )
        )
    return cases


def transposed_cases():
    images = [
        ((2, 3, 5, 6), (3, 4, 3, 3), {}),
        ((2, 3, 5, 6), (3, 4, 3, 3), dict(stride=2, padding=1, output_padding=1)),
        ((1, 4, 6, 5), (4, 3, 4, 2), dict(stride=(2, 3), padding=(1, 0), groups=2)),
        ((1, 2, 4, 9), (2, 3, 3, 3), dict(stride=2, dilation=2, padding=2, output_padding=1)),
        ((2, 2, 8, 8), (2, 4, 2, 2), dict(stride=2)),
        ((1, 3, 5, 5), (3, 2, 2, 2), dict(stride=3, output_padding=(2, 0))),
    ]
    return [
        Case(
            f"transposed_convolution/{index:02}",
            lambda input, weight, bias, o=options: F.conv_transpose2d(input, weight, bias, **o),
            {"input": x, "weight": weight, "bias": (weight[1] * options.get("groups", 1),)},
            attributes=options,
            weights=("weight",),
        )
        for index, (x, weight, options) in enumerate(images)
    ]


def pooling_cases():
    windows = [
        ((2, 3, 8, 10), dict(kernel_size=2)),
        ((2, 2, 9, 21), dict(kernel_size=2)),
        ((2, 2, 9, 35), dict(kernel_size=3, stride=2, padding=1)),
        ((1, 2, 8, 20), dict(kernel_size=(3, 2), stride=1)),
        ((1, 2, 11, 13), dict(kernel_size=4, stride=3, padding=2)),
        ((2, 3, 19), dict(kernel_size=3, stride=2, padding=1)),
        ((2, 3, 20), dict(kernel_size=5, stride=4)),
    ]
    cases = []
    for index, (shape, options) in enumerate(windows):
        largest, mean = (F.max_pool1d, F.avg_pool1d) if len(shape) == 3 else (F.max_pool2d, F.avg_pool2d)
        cases.append(
            Case(f"max_pooling/{index:02}", lambda input, f=largest, o=options: f(input, **o), {"input": shape}, attributes=options)
        )
        for counts in (True, False):
            both = options | dict(count_include_pad=counts)
            cases.append(
                Case(
                    f"average_pooling/{index:02}_{'counted' if counts else 'uncounted'}",
                    lambda input, f=mean, o=both: f(input, **o),
                    {"input": shape},
                    attributes=both,
                )
            )
    for shape, size in [((2, 2, 7, 10), (3, 4)), ((2, 2, 5, 3), (1, 1)), ((1, 3, 6, 4), (7, 5))]:
        cases.append(
            Case(
                f"average_pooling/adaptive_{size[0]}x{size[1]}",
                lambda input, s=size: F.adaptive_avg_pool2d(input, s),
                {"input": shape},
            )
        )
        cases.append(
            Case(
                f"max_pooling/adaptive_{size[0]}x{size[1]}",
                lambda input, s=size: F.adaptive_max_pool2d(input, s),
                {"input": shape},
            )
        )
    cases.append(
        Case("average_pooling/adaptive_4", lambda input: F.adaptive_avg_pool1d(input, 4), {"input": (2, 3, 11)})
    )
    return cases


def image_norm_cases():
    def batch_norm(input, weight, bias, residual=None, relu=False, statistics=None):
        mean, variance = statistics or (None, None)
        y = F.batch_norm(input, mean, variance, weight, bias, training=statistics is None, eps=1e-5)
        if residual is not None:
            y = y + residual
        return F.relu(y) if relu else y

    vector = {"weight": (5,), "bias": (5,)}
    given = (torch.linspace(-1, 1, 5).double(), torch.linspace(0.5, 2, 5).double())
    shapes = {"vectors": (9, 5), "lines": (3, 5, 7), "images": (2, 5, 3, 6), "planes": (2, 5, 8, 8)}
    cases = []
    for name, shape in shapes.items():
        inputs = {"input": shape, **vector}
        cases.append(Case(f"batch_norm/{name}", batch_norm, inputs, attributes={"epsilon": 1e-5}))
    image = {"input": shapes["images"], **vector}
    both = image | {"residual": shapes["images"]}
    cases += [
        Case("batch_norm/given", lambda **inputs: batch_norm(**inputs, statistics=given), image),
        Case("batch_norm/relu", lambda **inputs: batch_norm(**inputs, relu=True), image),
        Case("batch_norm/residual_relu", lambda **inputs: batch_norm(**inputs, relu=True), both),
    ]
    for groups in (1, 2, 4):
        cases.append(
            Case(
                f"group_norm/{groups}",
                lambda input, weight, bias, g=groups: F.group_norm(input, g, weight, bias, 1e-5),
                {"input": (2, 4, 3, 5), "weight": (4,), "bias": (4,)},
                attributes={"groups": groups, "epsilon": 1e-5},
            )
        )
    return cases


def upsampling_cases():
    cases = []
    for shape, size in [((1, 2, 3, 4), (6, 8)), ((1, 2, 4, 5), (7, 3)), ((2, 2, 5), (12,))]:
        for mode in ("nearest", "linear"):
            torch_mode = "bilinear" if mode == "linear" and len(size) == 2 else mode
            name = "x".join(map(str, size))
            cases.append(
                Case(
                    f"upsample/{mode}_{name}",
                    lambda input, s=size, m=torch_mode: F.interpolate(input, size=s, mode=m),
                    {"input": shape},
                    attributes={"size": size},
                )
            )
    return cases


def running_statistics(seed):
    """Three training steps of nn.BatchNorm2d, then an evaluation: `batch_norm_layer/NAME`."""
    generator = generator_for("batch_norm_layer", seed)
    layer = torch.nn.BatchNorm2d(3).double()
    layer.weight.data, layer.bias.data = torch.randn(2, 3, generator=generator).double()
    tensors = {"weight": layer.weight, "bias": layer.bias}
    for step in range(3):
        x = (torch.randn(2, 3, 4, 5, generator=generator) * (step + 1) + step).double()
        tensors |= {f"input_{step}": x, f"output_{step}": layer(x)}
    tensors |= {"running_mean": layer.running_mean, "running_var": layer.running_var}
    tensors["evaluated"] = layer.eval()(tensors["input_0"])
    return {f"batch_norm_layer/{name}": rounded(value) for name, value in tensors.items()}


def make_image_tensors(seed):
    """Returns the tensors of images.safetensors and each case's attributes."""
    cases = [
        *convolution_cases(), *transposed_cases(), *pooling_cases(), *image_norm_cases(), *upsampling_cases(),
    ]  # fmt: skip
    tensors, attributes = make_tensors(cases, seed)
    return tensors | running_statistics(seed), attributes
