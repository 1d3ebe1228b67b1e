"""JAX at its fastest on small batches: without asynchronous dispatch, a choice it makes once per process."""

from __future__ import annotations

from benchmarks import timing
from benchmarks.compiled.contenders import Jax, Ours
from benchmarks.compiled.network_figures import WORKLOADS


def main() -> None:
    """Print our time and JAX's for the first network, in seconds."""
    import jax

    jax.config.update("jax_cpu_enable_async_dispatch", False)
    _, network = WORKLOADS[0]
    contenders = (Ours(network), Jax(network))
    times = timing.alternate_short({contender.name: contender.step for contender in contenders})
    print(*times.values())


if __name__ == "__main__":
    main()
