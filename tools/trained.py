"""Train the networks of the gallery and keep their weights, to four digits, in tools/weights/.

Training ends in slightly different weights on other machines; pictures drawn from the kept ones are the same everywhere.
"""

from __future__ import annotations

from typing import Any

import nn
from tools.scenes import WEIGHTS, digits_net, moons_net, xor_net


def keep(net: nn.MLP, name: str) -> None:
    """Round the weights and write them to their file."""
    for parameter in net.parameters():
        parameter.data = float(f"{parameter.data:.4g}")
    nn.save(net, WEIGHTS / f"{name}.json")


def train_xor() -> None:
    """Train on the four points of XOR."""
    net, (X, y) = xor_net(trained=False), nn.make_xor(4, shuffle=False)
    targets = [[1.0 - label, float(label)] for label in y]
    optimizer = nn.optim.Adam(net.parameters(), lr=0.05)
    history = nn.fit(net, X, targets, loss=nn.MSELoss(), optimizer=optimizer, epochs=400, progress=False)
    print(f"XOR: loss {history.loss[-1]:.2g}")
    keep(net, "xor")


def train_moons() -> None:
    """Train as in micrograd's demo."""
    net, (X, y) = moons_net(trained=False), nn.make_moons(100, noise=0.1, random_state=0)
    signs = [2 * label - 1 for label in y]
    optimizer = nn.optim.AdamW(net.parameters(), lr=0.02, weight_decay=0.1)
    nn.fit(net, X, signs, loss=nn.HingeLoss(), optimizer=optimizer, epochs=100, progress=False)
    print(f"moons: accuracy {nn.accuracy([net(row) for row in X], signs):.1%}")
    keep(net, "moons")


def train_digits() -> None:
    """Train as in `make demo`, with weight decay to smooth the weights."""
    digits = nn.load_digits()
    X = [[pixel / 16.0 for pixel in row] for row in digits.X]
    X_train, X_test, y_train, y_test = nn.train_test_split(X, digits.y, stratify=digits.y, random_state=0)
    net = digits_net(trained=False)
    optimizer = nn.optim.AdamW(net.parameters(), lr=0.01, weight_decay=1.0)
    scheduler = nn.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
    options: dict[str, Any] = {"loss": nn.CrossEntropyLoss(), "optimizer": optimizer, "scheduler": scheduler, "batch_size": 32}
    nn.fit(net, X_train, y_train, epochs=20, compiled=True, progress=False, **options)
    print(f"digits: accuracy on {len(X_test)} unseen {nn.accuracy([net(row) for row in X_test], y_test):.1%}")
    keep(net, "digits")


if __name__ == "__main__":
    train_xor()
    train_moons()
    train_digits()
