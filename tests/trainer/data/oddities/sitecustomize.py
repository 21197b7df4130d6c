"""Lets a torchvision be imported beside a torch that it was not built for (as ``operators.py``), in any process."""

import sys


class _BeforeTorchvision:
    """Asked for each import; when it is torchvision's turn, its operators are declared first."""

    library = None

    def find_spec(self, name, path=None, target=None):
        if name == "torchvision" and _BeforeTorchvision.library is None:
            import torch

            _BeforeTorchvision.library = torch.library.Library("torchvision", "DEF")
            for operator in ("nms", "qnms"):
                signature = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
                _BeforeTorchvision.library.define(f"{operator}{signature}")


sys.meta_path.insert(0, _BeforeTorchvision())
