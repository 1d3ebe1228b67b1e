"""Train the network of the gallery that reads digits, and keep its weights, to four digits, in tools/digits.json."""

from __future__ import annotations

import nn
from tools.scenes import WEIGHTS


def main() -> None:
    """An MLP(64, [32, 10]) as in `make demo`, with a weight decay that smooths the weights."""
    digits = nn.load_digits()
    X = [[pixel / 16.0 for pixel in row] for row in digits.X]
    X_train, X_test, y_train, y_test = nn.train_test_split(X, digits.y, stratify=digits.y, random_state=0)
    net = nn.MLP(64, [32, 10], seed=0)
    optimizer = nn.optim.AdamW(net.parameters(), lr=0.01, weight_decay=0.1)
    nn.fit(
        net,
        X_train,
        y_train,
        loss=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        scheduler=nn.lr_scheduler.CosineAnnealingLR(optimizer, T_max=12),
        epochs=12,
        batch_size=32,
        compiled=True,
    )
    for parameter in net.parameters():
        parameter.data = float(f"{parameter.data:.4g}")
    nn.save(net, WEIGHTS)
    print(f"accuracy on {len(X_test)} unseen digits: {nn.accuracy([net(row) for row in X_test], y_test):.1%}")


if __name__ == "__main__":
    main()
